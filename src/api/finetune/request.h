#pragma once
// What a fine-tuning was begun with, so that the same line goes on with it and another does not.

#include <optional>

#include "base/file_texts.h"
#include "base/files.h"
#include "twofold/finetune.h"

namespace twofold {

/// The request's data wherever this process runs: absolute paths, several in braces.
std::string full_source(const FinetuneRequest& request);

/// If the request is noted in `file`: the templates that were noted with it. Throws an Error that
/// says what differs if another one is, and if none is but `request.out` holds something besides
/// `run`.
std::optional<FileTexts> begun_with(const FinetuneRequest& request, const Path& file);

/// Notes it, with absolute paths.
void note_begun(const FinetuneRequest& request, const FileTexts& templates, const Path& file);

}  // namespace twofold
