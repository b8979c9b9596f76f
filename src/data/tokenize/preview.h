#pragma once
// What would become of the first records of a source; nothing is written.

#include <cstdint>
#include <string>
#include <vector>

#include "data/tokenize/encode.h"
#include "data/tokenize/teaching.h"
#include "data/tokenize/tokenize.h"

namespace twofold {

struct RecordsPreview {
  static constexpr int64_t kRecords = 1000, kShown = 3;

  int64_t records = 0;  ///< that were looked at: kRecords, or all that there are
  int64_t tokens = 0;
  int64_t longer = 0;   ///< than a row
  int64_t skipped = 0;  ///< bad ones
  Teaching teaching = {};
  std::string layout = {};             ///< as of TokenizeResult
  std::vector<Encoded> shown = {};     ///< the first, as rows
  std::vector<std::string> from = {};  ///< of each of these: where its record is
};

RecordsPreview preview_records(const TokenizeVariableConfig& config, const Tokenizer& tokenizer);
RecordsPreview preview_records(const TokenizeBlockwiseConfig& config, const Tokenizer& tokenizer);

}  // namespace twofold
