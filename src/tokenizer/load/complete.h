#pragma once
// A tokenizer's file, completed by the files beside it.

#include "tokenizer/load/from_path.h"

namespace twofold {

/// Adds what file.beside says: to the document of a tokenizer.json or of a pair of files, else to
/// file.extension. Throws an Error for tokens whose ids do not go together.
void complete(TokenizerFile& file);

}  // namespace twofold
