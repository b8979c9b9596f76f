#pragma once
// What the fuzz targets share: bytes as a file that readers can open, and calls whose only way to
// fail is an Error.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/files.h"

/// libFuzzer's entry, also called by replay.cpp.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace twofold::fuzz {

/// The bytes as a file in memory, under a path that any reader can open.
class MemoryFile {
 public:
  MemoryFile(const uint8_t* data, size_t size) : file_(memfd_create("fuzz", 0)) {
    if (file_ < 0 || write(file_, data, size) != static_cast<ssize_t>(size)) std::abort();
  }
  explicit MemoryFile(std::string_view text)
      : MemoryFile(reinterpret_cast<const uint8_t*>(text.data()), text.size()) {}
  ~MemoryFile() { ::close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  Path path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

/// Runs `call`: an Error is what bad input deserves, anything else is a fault of ours.
template <class Call>
int accept_errors(Call call) {
  try {
    call();
  } catch (const Error&) {
  }
  return 0;
}

}  // namespace twofold::fuzz
