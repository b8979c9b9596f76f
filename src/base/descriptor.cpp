#include "base/descriptor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace twofold {

using std::filesystem::path;
namespace {

/// What would have been right, and what to try, for a reason of the system.
struct Remedy {
  int error;
  const char* expected;
  const char* hint;
};

Remedy remedy_of(int error) {
  constexpr std::array kRemedies = {
      Remedy{ENOENT, "something of this name", "check the path"},
      Remedy{EACCES, "permission", "change the owner or the mode, or choose another place"},
      Remedy{EPERM, "permission", "change the owner or the mode, or choose another place"},
      Remedy{EROFS, "a disk that can be written", "choose another place"},
      Remedy{EISDIR, "a file", "there is a folder of this name: move it away"},
      Remedy{ENOTDIR, "a folder", "a file stands where a folder belongs: move it away"},
      Remedy{EEXIST, "a folder", "a file stands where a folder belongs: move it away"},
      Remedy{ENAMETOOLONG, "names of at most 255 bytes", "choose a shorter name"},
      Remedy{EMFILE, "fewer open files", "raise the limit: ulimit -n"},
      Remedy{ENOMEM, "enough memory", "use a machine with more memory"},
  };
  for (const Remedy& remedy : kRemedies) {
    if (remedy.error == error) return remedy;
  }
  return {error, "a disk that does it", "see whether the disk and the path are in order"};
}

}  // namespace

Descriptor::Descriptor(const path& path, int flags) {
  constexpr mode_t kMode = 0666;
  do {
    number_ = ::open(path.c_str(), flags | O_CLOEXEC, kMode);
  } while (number_ < 0 && errno == EINTR);
  if (number_ < 0) fail_io((flags & O_CREAT) ? "write" : "open", path, errno);
}

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (is_open()) ::close(number_);
}

void Descriptor::close(const path& path) {
  if (!is_open()) return;
  // Linux frees the number even when close is interrupted, so it is never retried.
  if (::close(std::exchange(number_, -1)) != 0 && errno != EINTR) fail_io("close", path, errno);
}

void fail_io(const std::string& action, const path& path, int error) {
  Problem problem{.what = fmt::format("cannot {} {}", action, path.string()),
                  .where = path.string(),
                  .expected = remedy_of(error).expected,
                  .found = std::strerror(error),
                  .hint = remedy_of(error).hint};
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::error_code ignored;
  if (error == ENOSPC || error == EDQUOT) {
    const auto space = std::filesystem::space(folder, ignored);
    if (!ignored)
      problem.found += fmt::format(", {} free", human_bytes(static_cast<double>(space.available)));
    problem.expected = "enough space";
    problem.hint = "free some space on this disk and start the same command again";
  } else if (error == ENOENT && !std::filesystem::exists(folder, ignored)) {
    problem.hint = fmt::format("the folder {} does not exist", folder.string());
  }
  fail(std::move(problem));
}

void write_all(const Descriptor& file, std::span<const std::byte> bytes, const path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_io("write", path, errno);
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
}

size_t read_up_to(const Descriptor& file, std::span<std::byte> bytes, const path& path) {
  size_t total = 0;
  while (total < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + total, bytes.size() - total);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_io("read", path, errno);
    if (got == 0) break;
    total += static_cast<size_t>(got);
  }
  return total;
}

}  // namespace twofold
