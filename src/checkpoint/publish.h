#pragma once
// How a folder takes the place of another one so that a kill at any moment leaves one of the two.
//
// Where the file system can exchange two folders in one step (renameat2, RENAME_EXCHANGE) there is
// nothing in between. Elsewhere the old folder is first set aside as a sibling, `.old-<name>`;
// while
// `<name>` is missing, that sibling is the checkpoint, for readers as well.

#include <functional>
#include <string>

#include "base/files.h"

namespace twofold {

/// Moves the complete folder `built` to `target`, replacing a folder that is there.
/// `exchange` may be false to go without renameat2 (file systems without it, and tests).
void publish_folder(const Path& built, const Path& target, bool exchange = true);

/// `target`, or the sibling set aside for it while `target` is missing.
Path resolve_published(const Path& target);

/// A fresh name inside `folder` for work that is not to be seen: `.tmp-<pid>-<n>`.
Path work_folder(const Path& folder);

/// Removes `target`, which is out of sight before the first file of it goes.
void remove_published(const Path& target, const Path& folder);

/// Removes the work folders of dead processes in `folder`, and finishes what an interrupted
/// publication left: asides return to their names or, once replaced, go.
void remove_leftovers(const Path& folder);

/// Calls `visit` with every suffix under `folder` that holds a checkpoint, whole or not.
void visit_suffixes(const Path& folder, const std::function<void(const std::string&)>& visit);

}  // namespace twofold
