#pragma once
// One member of a mixture, as written in a config: {name, rate, style, …}.

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "config/fields.h"

namespace twofold {

/// Names of the Python program that the formats are from (docs/data.md), and PACKED.
enum class DatasetStyle {
  PADDED,      ///< one document in each row, padded on the left
  PACKED,      ///< the same documents, as many in each row as it holds
  PMD,         ///< one stream of the ids of all documents, of which rows are windows
  CONTRASTIVE  ///< positive and negative rows in pairs
};

inline std::array<std::pair<DatasetStyle, const char*>, 4> config_names(DatasetStyle) {
  return {{{DatasetStyle::PADDED, "PADDED"},
           {DatasetStyle::PACKED, "PACKED"},
           {DatasetStyle::PMD, "PMD"},
           {DatasetStyle::CONTRASTIVE, "CONTRASTIVE"}}};
}

/// What a row of a stream (PMD) lets its documents see of each other. In the other styles,
/// documents are always apart.
enum class DocumentsInRow {
  kJoined,   ///< what stands before them in the row
  kSeparate  ///< nothing: attention and positions begin with each document
};

inline std::array<std::pair<DocumentsInRow, const char*>, 2> config_names(DocumentsInRow) {
  return {{{DocumentsInRow::kJoined, "joined"}, {DocumentsInRow::kSeparate, "separate"}}};
}

struct Sampling {
  std::string name = {};
  double rate = 1.0;
  DatasetStyle style = DatasetStyle::PADDED;
  std::string suffix = {};
  DocumentsInRow documents = DocumentsInRow::kJoined;
  std::string source = {};  ///< what the dataset is made of before training; empty: it is there
  void declare(config::Fields& fields);
  /// Name shown to people and used in metrics: `name`, or `name_suffix`.
  std::string label() const { return suffix.empty() ? name : name + "_" + suffix; }
};

using Mixture = std::vector<Sampling>;

}  // namespace twofold
