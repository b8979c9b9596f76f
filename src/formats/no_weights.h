#pragma once
// What to say of a folder in which weights are looked for in vain.

#include "base/files.h"

namespace twofold::formats {

/// Throws an Error that names what is there instead, and what to do with it.
[[noreturn]] void fail_no_weights(const Path& folder);

}  // namespace twofold::formats
