#pragma once
// Turns a document into token ids, or says what is wrong with it; shared by both tokenizing jobs.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.h"
#include "data/tokenize/documents.h"
#include "data/tokenize/tokenize.h"
#include "tokenizer/tokenizer.h"

namespace twofold {

struct Record {
  std::vector<int32_t> ids = {};
  bool skipped = false;
  std::optional<Problem> fault = {};  ///< of one that was skipped or repaired
};

/// The ids of a document's text, in which special tokens are ordinary characters, with the special
/// tokens that a model expects around a text if the settings ask for them. Throws an Error with
/// file:line for a bad record, unless data/on_bad_record lets it pass.
Record make_record(const TokenizeConfig& config, const Tokenizer& tokenizer,
                   const Documents& documents, const Document& document);

/// A line for the list of bad records.
std::string listed(const Record& record);

}  // namespace twofold
