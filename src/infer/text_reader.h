#pragma once
// How a loaded model reads texts.

#include <memory>

#include "eval/task_evaluation.h"
#include "infer/loaded_model.h"

namespace twofold {

/// The model's own tokenizer. An Error if it has none.
std::unique_ptr<Tokenizer> tokenizer_of(const LoadedModel& loaded);
/// Whether special tokens are put around its texts.
bool adds_special(const LoadedModel& loaded);
/// See run/text_settings.h. `tokenizer` must outlive it.
TextReader reader_of(const LoadedModel& loaded, const Tokenizer& tokenizer);

}  // namespace twofold
