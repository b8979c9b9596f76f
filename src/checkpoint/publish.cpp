#include "checkpoint/publish.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <set>
#include <system_error>
#include <vector>

#include "base/descriptor.h"

namespace twofold {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAside = ".old-";
constexpr const char* kWork = ".tmp-";
constexpr const char* kUnfinishedLatest = ".latest.";  // of write_atomic, killed before its rename

Path aside_of(const Path& target) {
  return target.parent_path() / (kAside + target.filename().string());
}

void rename_checked(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail_io("rename", from, errno);
}

void remove_tree(const Path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) fail_io("remove", path, error.value());
}

/// True if `a` and `b` changed places; false if this system cannot do that.
bool exchange_folders(const Path& a, const Path& b) {
  // By number: the C library's wrapper is younger than the call.
  if (::syscall(SYS_renameat2, AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) {
    return true;
  }
  if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP) return false;
  fail_io("rename", a, errno);
}

bool is_alive(pid_t pid) { return ::kill(pid, 0) == 0 || errno == EPERM; }

/// A work folder may go if its maker is dead, or is this process, which saves one at a time.
bool is_abandoned(const std::string& name) {
  const auto pid = static_cast<pid_t>(std::atol(name.c_str() + std::string(kWork).size()));
  return pid <= 0 || pid == ::getpid() || !is_alive(pid);
}

std::vector<Path> children(const Path& folder) {
  std::vector<Path> paths;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    paths.push_back(it->path());
  }
  if (error && error.value() != ENOENT) fail_io("read", folder, error.value());
  return paths;
}

bool is_folder(const Path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool starts_with(const Path& path, const char* prefix) {
  return path.filename().string().rfind(prefix, 0) == 0;
}

void settle_aside(const Path& aside) {
  const Path target =
      aside.parent_path() / aside.filename().string().substr(std::string(kAside).size());
  if (fs::exists(target)) {
    remove_tree(aside);
  } else {
    rename_checked(aside, target);
  }
}

void collect(const Path& root, const Path& folder, std::set<std::string>& suffixes) {
  const std::vector<Path> all = children(folder);
  const bool is_checkpoint = folder != root && std::ranges::any_of(all, [](const Path& child) {
                               return child.filename().string().front() != '.' && !is_folder(child);
                             });
  if (is_checkpoint) {  // its folders are its own
    suffixes.insert(folder.lexically_relative(root).string());
    return;
  }
  for (const Path& child : all) {
    const std::string name = child.filename().string();
    if (starts_with(child, kAside)) {
      const Path target = folder / name.substr(std::string(kAside).size());
      suffixes.insert(target.lexically_relative(root).string());
    } else if (name.front() == '.') {
      continue;
    } else if (is_folder(child)) {
      collect(root, child, suffixes);
    }
  }
}

}  // namespace

void publish_folder(const Path& built, const Path& target, bool exchange) {
  const Path parent = target.parent_path();
  const bool is_replacement = fs::exists(target);
  if (!is_replacement) {
    rename_checked(built, target);
  } else if (!exchange || !exchange_folders(built, target)) {
    remove_tree(aside_of(target));
    rename_checked(target, aside_of(target));
    sync_path(parent);
    rename_checked(built, target);
  }
  sync_path(parent);
  sync_path(built.parent_path());
  if (is_replacement) {
    remove_tree(aside_of(target));
    remove_tree(built);  // after an exchange, the old checkpoint
  }
}

Path resolve_published(const Path& target) {
  return !fs::exists(target) && fs::exists(aside_of(target)) ? aside_of(target) : target;
}

Path work_folder(const Path& folder) {
  static std::atomic<int64_t> count{0};
  return folder / fmt::format("{}{}-{}", kWork, ::getpid(), count++);
}

void remove_published(const Path& target, const Path& folder) {
  const Path hidden = work_folder(folder);
  rename_checked(target, hidden);
  sync_path(target.parent_path());
  remove_tree(hidden);
}

void remove_leftovers(const Path& folder) {
  for (const Path& child : children(folder)) {
    if (starts_with(child, kWork)) {
      if (is_abandoned(child.filename().string())) remove_tree(child);
    } else if (starts_with(child, kUnfinishedLatest)) {
      remove_tree(child);
    } else if (starts_with(child, kAside)) {
      settle_aside(child);
    } else if (is_folder(child) && child.filename().string().front() != '.') {
      remove_leftovers(child);
    }
  }
}

void visit_suffixes(const Path& folder, const std::function<void(const std::string&)>& visitor) {
  std::set<std::string> suffixes;
  collect(folder, folder, suffixes);
  for (const std::string& suffix : suffixes) visitor(suffix);
}

}  // namespace twofold
