#pragma once
// Only one process may work in a run folder. The lock (flock) ends with the process that holds it;
// its file names that process.

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
