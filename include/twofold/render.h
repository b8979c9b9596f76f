#pragma once
// What a run reports, as text for people.

#include <string>

#include "twofold/observer.h"

namespace twofold {

std::string render(const Table& table);              ///< aligned columns under the title
std::string render(const ValidationReport& report);  ///< one line
/// "step 120/400 │ phase 2 │ loss 3.214 │ 5.1k tokens/s │ 62 % of peak │ ETA 1m20s"
std::string render(const StepReport& report);

}  // namespace twofold
