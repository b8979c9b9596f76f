#pragma once
// What is written for others to read appears under its name whole, or not at all.

#include "base/files.h"

namespace twofold {

/// An Error if there is anything at `out`, so that it can be said before the work is done.
void require_free(const Path& out);

/// A sibling of `out` to write a file or a folder to; removed unless it is published.
class Unpublished {
 public:
  /// Makes the folder that `out` lies in. An Error if `out` exists.
  explicit Unpublished(const Path& out);
  ~Unpublished();
  Unpublished(const Unpublished&) = delete;
  Unpublished& operator=(const Unpublished&) = delete;

  const Path& path() const { return temporary_; }  ///< nothing is there to begin with
  /// Gives it its name.
  void publish();

 private:
  void remove();

  Path out_, temporary_;
};

}  // namespace twofold
