#pragma once
// Unicode's normal forms, as `tokenizers` knows them.

#include <string>

namespace twofold {

enum class NormalForm { kNFC, kNFD, kNFKC, kNFKD };

/// Brings `text` (valid UTF-8) into a normal form. Characters that are newer than the tables of
/// `tokenizers` 0.23 (about Unicode 9) are left as they are, and the text before and after them is
/// normalized separately, as `tokenizers` does.
void normalize(std::string& text, NormalForm form);

}  // namespace twofold
