#pragma once
// The bytes of a file one after the other, unpacked on the way if it is compressed.

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/files.h"

namespace twofold::records {

/// What is wrong with the bytes of a compressed file; the reader knows where.
struct BadBytes {
  std::string what, expected, found, hint;
};

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Fills `bytes`; fewer only at the end. Throws BadBytes, or an Error of the system.
  virtual size_t read(std::span<char> bytes) = 0;
  /// How many bytes of the file itself were taken for what was read.
  virtual int64_t taken() const = 0;
  virtual bool compressed() const = 0;
};

/// Opens a file: gzip and zstd are told by their first bytes, whatever their names.
std::unique_ptr<ByteStream> open_stream(const Path& path);

/// The stream of a plain file, from byte `start`.
std::unique_ptr<ByteStream> open_plain(const Path& path, int64_t start = 0);

}  // namespace twofold::records
