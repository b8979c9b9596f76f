#pragma once
// Checks between settings that several families need.

#include <string>
#include <vector>

#include "base/error.h"
#include "model/config.h"

namespace twofold {

void check_multiple(std::vector<Problem>& problems, const std::string& key, int64_t value,
                    const std::string& of, int64_t divisor);
/// A size that is positive, or -1 for "derived".
void check_derived(std::vector<Problem>& problems, const std::string& key, int64_t value);
/// The rotated dimensions of a head come in pairs.
void check_rotary(std::vector<Problem>& problems, int64_t head_dim, double partial_rotary_factor);

}  // namespace twofold
