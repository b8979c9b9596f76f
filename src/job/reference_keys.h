#pragma once
// The keys of the reference's configurations that twofold does not have (docs/design/0004).

#include "config/fields.h"

namespace twofold {

/// Whoever brings such a key is told what to do about it.
void declare_absent(config::Fields& fields);

}  // namespace twofold
