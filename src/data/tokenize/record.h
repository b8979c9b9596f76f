#pragma once
// Turns a document into token ids, or says what is wrong with it; shared by both tokenizing jobs.

#include <optional>

#include "base/error.h"
#include "data/tokenize/documents.h"
#include "data/tokenize/encode.h"
#include "data/tokenize/tokenize.h"
#include "tokenizer/tokenizer.h"

namespace twofold {

struct Record {
  Encoded tokens = {};
  bool skipped = false;
  std::optional<Problem> fault = {};  ///< of one that was skipped or repaired
};

/// The tokens of what a document teaches. Throws an Error with file:line for a bad record, unless
/// data/on_bad_record lets it pass.
Record make_record(const TokenizeConfig& config, const ExampleEncoder& encoder,
                   const Documents& documents, const records::Record& document);

/// A line for the list of bad records.
std::string listed(const Record& record);

}  // namespace twofold
