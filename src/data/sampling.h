#pragma once
// One member of a mixture, as written in a config: {name, rate, style, suffix}.

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

struct Sampling {
  std::string name = {};
  double rate = 1.0;
  DatasetStyle style = DatasetStyle::PADDED;
  std::string suffix = {};
  void declare(config::Fields& fields);
  /// Name shown to people and used in metrics: `name`, or `name_suffix`.
  std::string label() const { return suffix.empty() ? name : name + "_" + suffix; }
};

using Mixture = std::vector<Sampling>;

}  // namespace twofold
