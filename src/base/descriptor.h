#pragma once
// A file descriptor that is closed when it goes out of scope, and calls that read or write it in
// full. Every failure is an Error that names the path and the system's reason.

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace twofold {

class Descriptor {
 public:
  Descriptor() = default;
  /// Opens with the flags of open(2); O_CLOEXEC is added. New files get mode 0666 less the umask.
  Descriptor(const std::filesystem::path& path, int flags);
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  void close(const std::filesystem::path& path);  ///< checked, unlike the destructor

 private:
  int number_ = -1;
};

/// Throws the Error for a failed system call: "cannot `action` `path`", the reason that `error` (an
/// errno) stands for, and for a full disk how much space is free.
[[noreturn]] void fail_io(const std::string& action, const std::filesystem::path& path, int error);

/// Writes every byte, through interruptions and short writes.
void write_all(const Descriptor& file, std::span<const std::byte> bytes,
               const std::filesystem::path& path);

/// Reads up to bytes.size() bytes; fewer only at the end of the file. Returns how many.
size_t read_up_to(const Descriptor& file, std::span<std::byte> bytes,
                  const std::filesystem::path& path);

}  // namespace twofold
