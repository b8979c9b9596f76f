#pragma once
// The adapters of a fine-tuning where PEFT looks for them.

#include "base/file_texts.h"
#include "base/files.h"
#include "twofold/execution_spec.h"
#include "twofold/observer.h"

namespace twofold {

/// Writes the adapters of the run's best checkpoint (of the newest, if nothing was validated), and
/// the run's tokenizer with these chat templates or its own, to `out`, beside what else is there.
/// Says what they are.
void write_adapter(const ExecutionSpec& spec, const FileTexts& templates, const Path& out,
                   Observer& observer);

}  // namespace twofold
