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

}  // namespace twofold
