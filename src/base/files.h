#pragma once
// Files the way a trainer needs them: read whole, mapped, or written so that a crash leaves either
// the old file or the new one. Every failure is an `Error` that names the path and the system's
// reason.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/descriptor.h"

namespace twofold {

using Path = std::filesystem::path;

std::string read_text(const Path& path);

/// Writes `text` to a temporary sibling, syncs it, renames it over `path`, syncs the folder.
void write_atomic(const Path& path, std::string_view text);

/// Flushes a file's or a folder's contents to the disk.
void sync_path(const Path& path);

/// A read-only view of a whole file; unmapped when the object dies. An empty file maps to no bytes.
class MappedFile {
 public:
  MappedFile() = default;
  explicit MappedFile(const Path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const Path& path() const { return path_; }

 private:
  Path path_;
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

/// XXH3-128 of a file's contents as 32 hexadecimal digits; the checksum of manifests.
std::string checksum_file(const Path& path);
std::string checksum_bytes(std::span<const std::byte> bytes);

/// A file that is written through a buffer, from empty or at its end. Every write is checked (a
/// full disk is an Error, never a truncated file that passes for complete); close() syncs.
class OutputFile {
 public:
  enum class Mode { kTruncate, kAppend };
  OutputFile(Path path, Mode mode);
  OutputFile(OutputFile&&) noexcept = default;
  ~OutputFile();  ///< closes without sync; errors are swallowed, so call close()
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  uint64_t position() const {
    return position_;
  }  ///< bytes written so far, the old contents included
  void flush();
  void close();

 private:
  Path path_;
  Descriptor descriptor_;
  uint64_t position_ = 0;
  std::string buffer_;
};

}  // namespace twofold
