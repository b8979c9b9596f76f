#pragma once
// Output that others will read appears under its final name complete, or not at all.

#include "base/files.h"

namespace twofold {

/// Throws an Error if anything exists at `out`. Called before the work starts, so that the user is
/// told at once.
void require_free(const Path& out);

/// A temporary sibling of `out`, to write a file or a folder to; removed unless it is published.
class Unpublished {
 public:
  /// Makes the folder that `out` lies in. An Error if `out` exists.
  explicit Unpublished(const Path& out);
  ~Unpublished();
  Unpublished(const Unpublished&) = delete;
  Unpublished& operator=(const Unpublished&) = delete;

  const Path& path() const { return temporary_; }  ///< nothing is there to begin with
  /// Renames the sibling to `out`.
  void publish();

 private:
  void remove();

  Path out_, temporary_;
};

}  // namespace twofold
