#pragma once
// The files that a run's texts and exports need besides its weights: those of its tokenizer, chat
// templates, generation_config.json. A run keeps them in its checkpoints, since the folders that
// they are from may go.

#include "base/file_texts.h"
#include "run/run_config.h"

namespace twofold {

/// From the folders that the settings name, as far as they are there.
FileTexts gather_files(const RunConfig& config);

/// Of a run that goes on from a checkpoint, which was `saved` with these settings and has `kept`:
/// the same, unless other folders are named now. What these do not have is taken from `kept`.
FileTexts files_going_on(const RunConfig& now, const RunConfig& saved, const FileTexts& kept);

/// Adds to `kept` what it lacks and the folders still have: checkpoints of before have none.
void complete_files(const RunConfig& config, FileTexts& kept);

}  // namespace twofold
