#pragma once
// The settings of a fine-tuning, each with the reason for it. Pure functions of what is known of
// the model, the data and the machine.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "twofold/observer.h"

namespace twofold {

struct ModelFacts {
  int64_t parameters = 0;
  int64_t width = 0;       ///< of its hidden states
  int64_t context = 0;     ///< tokens
  std::string dtype = {};  ///< of its files: float32, float16, bfloat16
};

/// Of a dataset's records, or of the first of them.
struct LengthFacts {
  int64_t median = 0, mean = 0, most = 0;  ///< tokens
  int64_t usual = 0;                       ///< 99 of 100 records are not longer
};

/// Of the training split, in rows of the chosen length.
struct RowFacts {
  std::optional<int64_t> documents = {};  ///< packed in the rows; none: rows are windows of a text
  int64_t rows = 0, length = 0;
};

struct Choice {
  std::string key = {}, value = {}, why = {};
  bool is_fact = false;  ///< no setting, but what was found and is acted on
};

/// Settings that are not left to be chosen, by key.
using Given = std::map<std::string, std::string>;

/// architecture/block_size. `is_text`: the records are texts, of which rows are windows.
Choice choose_length(const ModelFacts& model, const LengthFacts& lengths, bool is_text,
                     const Given& given);

/// The share of the records that validation is made with, of about `records`. `windows`: so many
/// rows are all the records together, where these are texts; validation has one of them at least.
Choice choose_validation(int64_t records, std::optional<int64_t> windows, const Given& given);

/// Everything else, by rows of the chosen length.
std::vector<Choice> choose_training(const ModelFacts& model, const RowFacts& data,
                                    int64_t memory_bytes, const Given& given);

Table choices_table(const std::vector<Choice>& choices);

}  // namespace twofold
