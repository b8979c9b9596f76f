#pragma once
// Small things done to text for messages: the nearest valid name for a misspelt one, and lists.

#include <string>
#include <string_view>
#include <vector>

namespace twofold {

/// "did you mean `a` or `b`?", or `otherwise` when nothing is near.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates,
                         const std::string& otherwise = "");

std::string join(const std::vector<std::string>& parts, std::string_view separator);

}  // namespace twofold
