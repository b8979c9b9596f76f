#pragma once
// The first records of a source for people: what is learnt of them, and some as text.

#include <string>

#include "data/tokenize/preview.h"
#include "twofold/preview.h"

namespace twofold {

/// Adds the table of `records`, and those that are shown.
void add_records(const std::string& label, const RecordsPreview& records,
                 const Tokenizer& tokenizer, Preview& to);

}  // namespace twofold
