#include "base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"

namespace twofold {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;
constexpr size_t kMaxTextBytes = size_t{1} << 30;  // /dev/zero must not fill the memory

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// The size of an open regular file; anything else (a folder, a pipe) is refused.
uint64_t size_of(const Descriptor& file, const Path& path) {
  struct stat status {};
  if (fstat(file.get(), &status) != 0) fail_io("read", path, errno);
  if (S_ISDIR(status.st_mode)) fail_io("read", path, EISDIR);
  return static_cast<uint64_t>(status.st_size);
}

void sync_descriptor(const Descriptor& file, const Path& path) {
  while (::fsync(file.get()) != 0) {
    if (errno == EINTR) continue;
    if (errno == EINVAL)
      return;  // this file system cannot sync this kind (folders on some networks)
    fail_io("sync", path, errno);
  }
}

Path folder_of(const Path& path) { return path.has_parent_path() ? path.parent_path() : "."; }

}  // namespace

std::string read_text(const Path& path) {
  const Descriptor file(path, O_RDONLY);
  std::string text(size_of(file, path), '\0');
  size_t length = 0;
  // The size is only a hint: files of /proc say 0 and others may grow while they are read.
  for (;;) {
    if (length == text.size()) text.resize(text.size() + 4096);
    if (text.size() > kMaxTextBytes) {
      fail({.what = "a text file that does not end",
            .where = path.string(),
            .expected = fmt::format("at most {} bytes", kMaxTextBytes),
            .found = "more",
            .hint = "check the path: this is no file that twofold reads whole"});
    }
    const auto rest = std::as_writable_bytes(std::span(text)).subspan(length);
    const size_t got = read_up_to(file, rest, path);
    length += got;
    if (got < rest.size()) break;
  }
  text.resize(length);
  return text;
}

void write_atomic(const Path& path, std::string_view text) {
  const Path temporary =
      folder_of(path) / fmt::format(".{}.{}.tmp", path.filename().string(), ::getpid());
  try {
    OutputFile file(temporary, OutputFile::Mode::kTruncate);
    file.write(text);
    file.close();
    if (::rename(temporary.c_str(), path.c_str()) != 0) fail_io("write", path, errno);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_path(folder_of(path));
}

void sync_path(const Path& path) { sync_descriptor(Descriptor(path, O_RDONLY), path); }

MappedFile::MappedFile(const Path& path) : path_(path) {
  const Descriptor file(path, O_RDONLY);
  size_ = size_of(file, path);
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file.get(), 0);
  if (address == MAP_FAILED) fail_io("map", path, errno);
  data_ = static_cast<const std::byte*>(address);
}

MappedFile::MappedFile(MappedFile&& other) noexcept { *this = std::move(other); }

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

OutputFile::OutputFile(Path path, Mode mode)
    : path_(std::move(path)),
      descriptor_(path_, O_WRONLY | O_CREAT | (mode == Mode::kAppend ? O_APPEND : O_TRUNC)),
      position_(size_of(descriptor_, path_)) {}

OutputFile::~OutputFile() {
  try {
    if (descriptor_.is_open()) flush();
  } catch (const Error&) {  // NOLINT: a destructor cannot report; close() can
  }
}

void OutputFile::write(std::span<const std::byte> bytes) {
  TWOFOLD_EXPECT(descriptor_.is_open(), "write to a closed file: " + path_.string());
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() >= kBufferBytes) {
    write_all(descriptor_, bytes, path_);
  } else {
    buffer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  position_ += bytes.size();
}

void OutputFile::write(std::string_view text) { write(as_bytes(text)); }

void OutputFile::flush() {
  // Emptied first: after a failure the destructor must not write the same bytes again.
  const std::string pending = std::exchange(buffer_, {});
  write_all(descriptor_, as_bytes(pending), path_);
}

void OutputFile::close() {
  if (!descriptor_.is_open()) return;
  flush();
  sync_descriptor(descriptor_, path_);
  descriptor_.close(path_);
}

}  // namespace twofold
