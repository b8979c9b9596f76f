#pragma once
// Rows of ids as text that shows what is learnt.

#include <cstdint>
#include <span>
#include <string>

#include "tokenizer/tokenizer.h"
#include "twofold/preview.h"

namespace twofold {

/// `trained`: of each id, whether it is learnt. Characters that steer a terminal become "?", and
/// long parts are shortened in their middle.
PreviewRow row_text(const Tokenizer& tokenizer, std::string title, std::span<const int32_t> ids,
                    std::span<const uint8_t> trained);

/// The row as a table of its lines: for logs and for the first screen of a run.
Table as_table(const PreviewRow& row);

}  // namespace twofold
