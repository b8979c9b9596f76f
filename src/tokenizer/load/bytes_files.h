#pragma once
// The `bytes` backend as files for other programs.

#include "base/file_texts.h"

namespace twofold {

/// tokenizer.json and tokenizer_config.json of a vocabulary of the 256 bytes and the end of a
/// document, with the same ids.
FileTexts bytes_tokenizer_files();

}  // namespace twofold
