#pragma once
// How a model reads texts, by its config and the files that came with it: the same for a run that
// trains, a run that is used, and a folder.

#include "base/file_texts.h"
#include "base/files.h"
#include "eval/task_evaluation.h"
#include "twofold/model/config.h"

namespace twofold {

/// `special`: the model's special tokens are put around texts. A text without a context is read
/// after the token that begins texts, else after the one that ends them, as in lm-eval. The
/// tokenizer must outlive the reader.
TextReader reader_of(const ModelConfig& model, const FileTexts& files, bool special,
                     const Tokenizer& tokenizer);

/// The files of a model's folder that decide on how it reads texts.
FileTexts text_files_in(const Path& folder);

}  // namespace twofold
