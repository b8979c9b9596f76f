#pragma once
// One process a run folder. The lock dies with its holder (flock), and says who holds it.

#include "base/files.h"

namespace twofold {

/// Holds `folder`/lock from construction to destruction. When another live process holds it, throws
/// an Error with that process's pid and host; a dead holder's lock is taken over silently.
class RunLock {
 public:
  explicit RunLock(const Path& folder);

 private:
  Descriptor descriptor_;
};

}  // namespace twofold
