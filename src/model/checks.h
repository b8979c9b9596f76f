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
/// Throws an Error for a model of more than 2^44 parameters, which no machine holds. Below this
/// limit, all counts about a model fit an int64.
void check_parameters(const Model& model);

}  // namespace twofold
