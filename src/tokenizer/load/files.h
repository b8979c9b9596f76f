#pragma once
// The files that a tokenizer consists of, as whoever copies it needs them: the vocabulary, what
// stands beside it, chat templates.

#include <string>
#include <vector>

#include "base/file_texts.h"
#include "base/files.h"
#include "tokenizer/config.h"

namespace twofold {

/// Which there are in a model's folder, by their names below it.
std::vector<std::string> tokenizer_files_in(const Path& folder);

/// Whether they make a tokenizer; one that transformers, llama.cpp's converter and vLLM read.
bool hold_tokenizer(const FileTexts& files);
bool hold_vocabulary(const FileTexts& files);
/// Whether those programs look for a file of this name.
bool is_exchanged(const std::string& name);

/// The tokenizer that the settings name; where they name none, that of the folder `weights` (which
/// may be empty). Under the names that are looked for in a folder. What is not there, or cannot be
/// read, is left out.
FileTexts tokenizer_files(const TokenizerConfig& settings, const Path& weights);

/// The settings for the same tokenizer, whose `files` are in `folder` now.
TokenizerConfig tokenizer_in(const Path& folder, const FileTexts& files,
                             const TokenizerConfig& settings);
/// The settings for the tokenizer whose files tokenizer_files finds, where they are.
TokenizerConfig tokenizer_of(const TokenizerConfig& settings, const Path& weights);

}  // namespace twofold
