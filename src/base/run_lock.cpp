#include "base/run_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/folders.h"
#include "base/text.h"

namespace twofold {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

[[noreturn]] void fail_held(const Path& folder, const Path& path) {
  // "pid host\n", as the holder wrote it; it may be just about to.
  const std::string content = read_text(path);
  const std::vector<std::string> words = split(content.substr(0, content.find('\n')), ' ');
  const std::string holder =
      words.size() == 2 ? fmt::format("process {} on {}", words[0], words[1]) : "another process";
  fail({.what = "another run is using this folder",
        .where = folder.string(),
        .expected = "one process a run folder",
        .found = holder + " holds its lock",
        .hint = "wait for it, stop it, or give this run another name"});
}

}  // namespace

RunLock::RunLock(const Path& folder) {
  make_folders(folder);
  const Path path = folder / "lock";
  // The file stays when the lock is released: a process that still has a deleted one open would
  // lock a file that nobody else sees.
  descriptor_ = Descriptor(path, O_RDWR | O_CREAT);
  while (::flock(descriptor_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) fail_held(folder, path);
    if (errno != EINTR) fail_io("lock", path, errno);
  }
  if (::ftruncate(descriptor_.get(), 0) != 0) fail_io("write", path, errno);
  const std::string content = fmt::format("{} {}\n", ::getpid(), host_name());
  write_all(descriptor_, std::as_bytes(std::span(content)), path);
}

}  // namespace twofold
