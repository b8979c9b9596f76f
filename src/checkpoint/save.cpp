// Builds a checkpoint in a hidden folder and publishes it.

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <ranges>
#include <system_error>

#include "base/descriptor.h"
#include "base/error.h"
#include "checkpoint/manifest.h"
#include "checkpoint/publish.h"
#include "checkpoint/store.h"
#include "tensor/io.h"

namespace twofold {
namespace {

namespace fs = std::filesystem;

/// Identifies one state of a file among all files and their states on this machine.
std::string identity_of(const Path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};
  return fmt::format("{}:{}:{}:{}.{}", status.st_dev, status.st_ino, status.st_size,
                     status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

void write_file(const Path& path, const std::string& text) {
  OutputFile file(path, OutputFile::Mode::kTruncate);
  file.write(text);
  file.close();
}

/// Creates `folder` and its missing parents; each new name is on the disk when this returns.
void create_folders(const Path& folder) {
  if (folder.empty() || fs::is_directory(folder)) return;
  create_folders(folder.parent_path());
  std::error_code error;
  fs::create_directory(folder, error);
  if (error) fail_io("create", folder, error.value());
  sync_path(folder.has_parent_path() ? folder.parent_path() : Path("."));
}

/// The work folder of one save: gone when the save fails, empty of meaning when it succeeded.
class Work {
 public:
  explicit Work(const Path& folder) : path_(work_folder(folder)) { create_folders(path_); }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  ~Work() {
    std::error_code ignored;  // what stays is removed by the next save
    fs::remove_all(path_, ignored);
  }
  const Path& path() const { return path_; }

 private:
  Path path_;
};

void expect_suffix(const std::string& suffix) {
  const bool is_plain = !suffix.empty() && std::ranges::all_of(suffix, [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-' || c == '/';
  });
  TWOFOLD_EXPECT(is_plain && suffix.front() != '/' && suffix.back() != '/',
                 "not a checkpoint suffix: " + suffix);
}

}  // namespace

bool CheckpointStore::link_immutable(const std::string& file, const std::string& stem,
                                     const std::string& id, const Path& destination) {
  for (const CheckpointInfo& info : list() | std::views::reverse) {
    const Manifest manifest = Manifest::read(info.folder);
    const auto known = manifest.immutable_ids.find(stem);
    const auto record = manifest.files.find(file);
    if (known == manifest.immutable_ids.end() || known->second != id) continue;
    if (record == manifest.files.end()) continue;
    if (link(info.folder / file, record->second, destination)) return true;
  }
  return false;
}

bool CheckpointStore::link(const Path& source, const FileRecord& record, const Path& destination) {
  // A damaged file must not be passed on; each is read once a process, not once a save.
  const std::string identity = identity_of(source);
  if (!sound_.contains(identity) && checksum_file(source) != record.checksum) return false;
  sound_.insert(identity);
  std::error_code error;
  fs::create_hard_link(source, destination, error);
  return !error;
}

void CheckpointStore::write_kept(const Path& work, const FileTexts& kept, Manifest& manifest) {
  if (kept.empty()) return;
  std::vector<std::pair<Path, Manifest>> earlier;  // newest first
  for (const CheckpointInfo& info : list() | std::views::reverse) {
    earlier.emplace_back(info.folder, Manifest::read(info.folder));
  }
  for (const auto& [name, text] : kept) {
    const std::string file = std::string(kKeptFolder) + "/" + name;
    const Path path = work / file;
    const FileRecord record = FileRecord::of(text);
    create_folders(path.parent_path());
    const bool linked = std::ranges::any_of(earlier, [&](const auto& checkpoint) {
      const auto& [folder, its] = checkpoint;
      const auto found = its.files.find(file);
      return found != its.files.end() && found->second == record &&
             link(folder / file, record, path);
    });
    if (!linked) {
      write_file(path, text);
      sound_.insert(identity_of(path));
    }
    sync_path(path.parent_path());
    manifest.files[file] = record;
  }
}

void CheckpointStore::write_contents(const Path& work, const Snapshot& snapshot) {
  Manifest manifest{.format_version = kFormatVersion, .files = {}, .immutable_ids = {}};
  for (const auto& [stem, tensors] : snapshot.tensors) {
    const std::string file = stem + ".safetensors";
    const auto id = snapshot.immutable_ids.find(stem);
    if (id == snapshot.immutable_ids.end()) {
      write_tensors(work / file, tensors);
    } else {
      manifest.immutable_ids[stem] = id->second;
      if (!link_immutable(file, stem, id->second, work / file)) {
        write_tensors(work / file, tensors);
        sound_.insert(identity_of(work / file));
      }
    }
    manifest.add(work, file);
  }
  write_file(work / "state.json", snapshot.state.dump(2) + "\n");
  manifest.add(work, "state.json");
  write_file(work / "config.yaml", snapshot.config_yaml);
  manifest.add(work, "config.yaml");
  if (snapshot.kept) write_kept(work, *snapshot.kept, manifest);
  write_file(work / kManifestName, manifest.to_text());
  sync_path(work);
}

void CheckpointStore::save(const std::string& suffix, const Snapshot& snapshot, bool move_latest) {
  expect_suffix(suffix);
  create_folders(folder_);
  remove_leftovers(folder_);
  const Work work(folder_);
  write_contents(work.path(), snapshot);
  const Path target = folder_ / suffix;
  create_folders(target.parent_path());
  publish_folder(work.path(), target);
  if (move_latest) write_atomic(folder_ / "latest", suffix + "\n");
}

}  // namespace twofold
