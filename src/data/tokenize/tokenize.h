#pragma once
// Files of texts and conversations to dataset files: the jobs data/tokenize_variable_dataset (PMD)
// and data/tokenize_blockwise_dataset (PADDED). Docs: docs/data.md.
//
// Both may be killed at any moment: the same call resumes the job and produces the same bytes. A
// call on a finished dataset does nothing; with other arguments or another source it is an Error.

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "base/files.h"
#include "chat/content_marks.h"
#include "config/fields.h"
#include "data/forms/settings.h"
#include "data/records/format.h"
#include "data/records/source.h"
#include "data/tokenize/bad_record.h"
#include "data/tokenize/teaching.h"
#include "data/tokenize/train_on.h"
#include "tokenizer/config.h"

namespace twofold {

struct TokenizeConfig {
  std::string dataset;
  std::string suffix;
  std::string source;
  std::string split = "train";
  std::string config;
  records::Format format = records::Format::kAuto;
  forms::FormSettings form;
  chat::ContentMarks content_marks = chat::ContentMarks::kIds;
  OnBadRecord on_bad_record = OnBadRecord::kStop;
  double val_pct = 0.05;
  int64_t seed = 2357;
  int64_t num_proc = 8;
  TokenizerConfig tokenizer;
  void declare(config::Fields& fields);
  /// Those that say how records are read, whatever names the source.
  void declare_reading(config::Fields& fields);
  std::string label() const { return suffix.empty() ? dataset : dataset + "_" + suffix; }
  records::SourceSettings files() const {
    return {.source = source, .format = format, .config = config, .split = split};
  }
};

/// Documents one after the other, each followed by the end-of-text token. A document goes to the
/// validation split with probability val_pct, decided by (seed, its number) alone; the first one
/// never does. If no document went there, the last one does; if there is only one document, the
/// last val_pct of its tokens do.
struct TokenizeVariableConfig : TokenizeConfig {
  int64_t max_samples = -1;
  int64_t max_tokens = -1;
  void declare(config::Fields& fields);
};

/// What becomes of a document that is longer than a row.
enum class Truncate { kStart, kEnd, kDrop };

inline std::array<std::pair<Truncate, const char*>, 3> config_names(Truncate) {
  return {{{Truncate::kStart, "start"}, {Truncate::kEnd, "end"}, {Truncate::kDrop, "drop"}}};
}

/// One document in each row: at most block_size of its tokens, left-padded. Rows are shuffled (by
/// seed); the first val_pct of them, at least one if there are two, are the validation split.
struct TokenizeBlockwiseConfig : TokenizeConfig {
  int64_t block_size = 512;
  int64_t pad_token = 0;
  Truncate truncate = Truncate::kStart;  ///< as the reference has it
  TrainOn train_on = TrainOn::kAuto;
  bool assistant_only = false;  ///< the reference's name for TrainOn::kAssistant
  /// For entries of mixtures that name their source: what is too long loses its end.
  static TokenizeBlockwiseConfig of_entries();
  void declare(config::Fields& fields);
  /// What becomes of a record's row, whatever names the source.
  void declare_rows(config::Fields& fields);
  /// What the two settings say together; an Error if they contradict each other.
  TrainOn learnt_part() const;
};

struct TokenizeProgress {
  int64_t documents = 0;
  int64_t tokens = 0;   ///< real ones: padding does not count
  double fraction = 0;  ///< of the source that is done
};

struct TokenizeOptions {
  std::function<void(const TokenizeProgress&)> progress = {};
  int64_t round_bytes = int64_t{1} << 20;  ///< of text given to each thread at a time
  double save_seconds = 2;                 ///< between two saves of the progress
};

struct TokenizeResult {
  Path folder;
  bool already_done = false;
  int64_t documents = 0;
  int64_t train = 0, val = 0;  ///< tokens (PMD) or rows (PADDED) of each split
  int64_t tokens = 0;          ///< real ones in both
  int64_t truncated = 0;       ///< documents longer than a row (PADDED), of which a part is left
  int64_t dropped = 0;         ///< those that were left out for it
  Teaching teaching;           ///< of a stream only the marks in texts are counted
  std::string layout;          ///< how conversations were written; empty: there are none
  BadRecords bad;              ///< listed in kBadRecordsFile of the folder
};

/// Throws Interrupted, with everything saved, after stop_requested().
TokenizeResult tokenize_variable(const TokenizeVariableConfig& config, const Path& data_root,
                                 const TokenizeOptions& options = {});
TokenizeResult tokenize_blockwise(const TokenizeBlockwiseConfig& config, const Path& data_root,
                                  const TokenizeOptions& options = {});

}  // namespace twofold
