#pragma once
// Checks between settings that several families need.

#include <string>
#include <vector>

#include "base/error.h"
#include "twofold/model/config.h"
#include "twofold/model/model.h"

namespace twofold {

void check_multiple(std::vector<Problem>& problems, const std::string& key, int64_t value,
                    const std::string& of, int64_t divisor);
/// Throws an Error for a model of more parameters than any machine holds: up to there, whatever is
/// counted about a model stays within an int64.
void check_parameters(const Model& model);

}  // namespace twofold
