#pragma once
// Small things done to text: the nearest valid name for a misspelt one, and numbers for people.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace twofold {

/// The candidates nearest to `name` by edit distance (at most `limit`, only plausible ones), best
/// first.
std::vector<std::string> nearest_names(std::string_view name,
                                       const std::vector<std::string>& candidates,
                                       size_t limit = 3);
/// "did you mean `a` or `b`?", or `otherwise` when nothing is near.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates,
                         const std::string& otherwise = "");

std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::vector<std::string> split(std::string_view text, char separator);

std::string human_count(double count);       ///< 1234567 → "1.23M"
std::string human_bytes(double bytes);       ///< 1536 → "1.5 KiB"
std::string human_duration(double seconds);  ///< 3725 → "1h02m"
std::string with_thousands(int64_t count);   ///< 1234567 → "1,234,567"

}  // namespace twofold
