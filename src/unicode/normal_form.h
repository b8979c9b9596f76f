#pragma once
// Unicode's normal forms, as `tokenizers` knows them.

#include <cstddef>
#include <functional>
#include <string>

namespace twofold {

enum class NormalForm { kNFC, kNFD, kNFKC, kNFKD };

/// Told that bytes begin … end of a text became `length` bytes.
using NormalChange = std::function<void(size_t begin, size_t end, size_t length)>;

/// Brings `text` (valid UTF-8) into a normal form. Characters that are newer than the tables of
/// `tokenizers` 0.23 (about Unicode 9) are left as they are, and the text before and after them is
/// normalized separately, as `tokenizers` does. `changed` is told, in the order of the text, what
/// each cluster of characters became.
void normalize(std::string& text, NormalForm form, const NormalChange& changed = {});

}  // namespace twofold
