#pragma once
// Documents that are longer than a row.

#include <cstdint>
#include <optional>

#include "data/tokenize/encode.h"
#include "data/tokenize/tokenize.h"

namespace twofold {

/// At most `width` of the tokens; none if a longer document is to be dropped.
std::optional<Encoded> cut_to_row(const Encoded& whole, int64_t width, Truncate truncate);

}  // namespace twofold
