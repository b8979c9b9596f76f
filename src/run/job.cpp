#include "run/job.h"

#include "base/error.h"

namespace twofold {

void RestoreableJob::restore_from_path(const std::string& relative) {
  if (relative.empty()) {
    fail({.what = "no checkpoint to start from is named",
          .where = "--restore",
          .expected = "project/group/name/suffix under ROOT/checkpoints",
          .found = "an empty path",
          .hint = "leave --restore out to start from nothing"});
  }
  restore_path_ = relative;
}

}  // namespace twofold
