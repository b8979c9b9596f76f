#pragma once
// Every number of an export beside the live model's: a probe reads few rows of a table.

#include "twofold/model/model.h"

namespace twofold {

/// The first number of `exported`, which was read back from files of `dtype`, that is not the live
/// one rounded to that dtype, by parameter and place. `live` has its adapters in it or attached; of
/// adapters on their own (`alone`) it is only asked whether what they make is finite.
struct WrongNumber {
  std::string place = {};  ///< "wte[5, 3]"; empty: there is none
  double live = 0, exported = 0;
};
WrongNumber find_wrong_number(Model& live, const Model& exported, const std::string& dtype,
                              bool alone);

/// The first number of `live` that becomes infinite in the files of a Hugging Face folder of
/// `dtype`, as it will be there: whoever reads such a file back does not take it for a model's.
WrongNumber find_overflow_number(const Model& live, const std::string& dtype);

}  // namespace twofold
