#pragma once
// Replaces one folder with another so that a kill at any moment leaves one of the two in place.
//
// Where the file system can exchange two folders in one step (renameat2, RENAME_EXCHANGE) there is
// no state in between. Elsewhere the old folder is first set aside as a sibling, `.old-<name>`;
// while `<name>` is missing, that sibling is the checkpoint, for readers as well.

#include <functional>
#include <string>

#include "base/files.h"

namespace twofold {

/// Moves the complete folder `built` to `target`, replacing any folder that is there. `exchange`
/// may be false to go without renameat2 (file systems without it, and tests).
void publish_folder(const Path& built, const Path& target, bool exchange = true);

/// `target`, or the sibling set aside for it while `target` is missing.
Path resolve_published(const Path& target);

/// A fresh hidden name inside `folder` for work in progress: `.tmp-<pid>-<n>`.
Path work_folder(const Path& folder);

/// Removes `target`. Renames it to a hidden name inside `folder` before it deletes the first file.
void remove_published(const Path& target, const Path& folder);

/// Removes the work folders of dead processes in `folder`, and finishes what an interrupted
/// publication left: a folder that was set aside gets its name back or, if it has been replaced, is
/// deleted.
void remove_leftovers(const Path& folder);

/// Calls `visit` with every suffix under `folder` that holds a checkpoint, whole or not.
void visit_suffixes(const Path& folder, const std::function<void(const std::string&)>& visit);

}  // namespace twofold
