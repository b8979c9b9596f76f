#pragma once
// The arrays of a dataset on disk, mapped and checked: uint32 little-endian token ids, and masks of
// one byte a token.

#include <cstdint>
#include <span>

#include "base/files.h"

namespace twofold {

/// A flat array of token ids. Throws an Error naming the file for a size that is not a multiple of
/// 4 bytes, no tokens at all, and an id ≥ `vocab_size` (with its byte offset): every id is checked.
class TokenFile {
 public:
  TokenFile(const Path& path, int64_t vocab_size);

  int64_t size() const { return static_cast<int64_t>(tokens_.size()); }
  /// Ids begin … begin + count − 1. They are below 2^31, so that they fit the int32 of a batch.
  std::span<const int32_t> tokens(int64_t begin, int64_t count) const {
    return tokens_.subspan(static_cast<size_t>(begin), static_cast<size_t>(count));
  }
  const Path& path() const { return file_.path(); }

 private:
  MappedFile file_;
  std::span<const int32_t> tokens_;
};

/// One byte a token of `tokens`: 1 = real, 0 = padding or not trained on. Throws an Error for
/// another length, and for bytes other than 0 and 1.
class MaskFile {
 public:
  MaskFile(const Path& path, const TokenFile& tokens);
  std::span<const uint8_t> bytes(int64_t begin, int64_t count) const {
    return mask_.subspan(static_cast<size_t>(begin), static_cast<size_t>(count));
  }

 private:
  MappedFile file_;
  std::span<const uint8_t> mask_;
};

}  // namespace twofold
