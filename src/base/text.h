#pragma once
// Text beyond <twofold/text.h>: near names as a list, and numbers formatted for people.

#include <cstdint>

#include "twofold/text.h"

namespace twofold {

/// The candidates nearest to `name` by edit distance (at most `limit`, only plausible ones), best
/// first.
std::vector<std::string> nearest_names(std::string_view name,
                                       const std::vector<std::string>& candidates,
                                       size_t limit = 3);

/// The first `limit` of the parts, joined, and how many more there are: "a, b, and 3 more".
std::string join_first(const std::vector<std::string>& parts, size_t limit,
                       std::string_view separator);
std::vector<std::string> split(std::string_view text, char separator);

std::string human_count(double count);       ///< 1234567 → "1.23M"
std::string human_bytes(double bytes);       ///< 1536 → "1.5 KiB"
std::string human_duration(double seconds);  ///< 3725 → "1h02m"
std::string with_thousands(int64_t count);   ///< 1234567 → "1,234,567"

}  // namespace twofold
