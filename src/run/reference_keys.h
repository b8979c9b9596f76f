#pragma once
// The keys of the reference's configurations that twofold does not have (docs/design/0004).

#include "config/fields.h"

namespace twofold {

/// Declares these keys as absent: the error for using one says what to do instead. Call after
/// everything else is declared.
void declare_absent(config::Fields& fields, bool continual);  ///< of a job that trains
void declare_absent_of_tokenizing(config::Fields& fields);    ///< of one that makes a dataset

}  // namespace twofold
