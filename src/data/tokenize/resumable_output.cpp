#include "data/tokenize/resumable_output.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "formats/json.h"

namespace twofold {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kStartOver = "use another data/dataset or data/suffix, or delete the folder";

json read_object(const Path& path) {
  json value = formats::parse_json(read_text(path), path.string());
  if (value.is_object()) return value;
  fail({.what = "not what this job writes",
        .where = path.string(),
        .expected = "a JSON object",
        .found = value.type_name(),
        .hint = kStartOver});
}

void require_same(const json& before, const json& now, const Path& path) {
  if (before == now) return;
  std::vector<std::string> differences;
  for (const auto& [key, value] : now.items()) {
    const json old = before.value(key, json());
    if (old != value) differences.push_back(fmt::format("{} was {}", key, old.dump()));
  }
  for (const auto& [key, value] : before.items())
    if (!now.contains(key)) differences.push_back(fmt::format("{} was {}", key, value.dump()));
  fail({.what = "the folder holds a dataset made with other arguments or from another source",
        .where = path.string(),
        .expected = "the same arguments: " + formats::printable(now.dump(), 600),
        .found = join(differences, "; "),
        .hint = kStartOver});
}

/// Temporary siblings that a killed writer left.
void remove_leftovers(const Path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') && name.ends_with(".tmp")) fs::remove(entry.path());
  }
}

void refuse_strangers(const Path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename() == "lock") continue;
    fail({.what = "the output folder holds files of something else",
          .where = folder.string(),
          .expected = "no such folder, or a dataset that this job made",
          .found = entry.path().filename().string(),
          .hint = kStartOver});
  }
}

/// Whether an unfinished job of another version kept other files, which this one cannot go on with.
bool has_other_files(const json& progress, const std::vector<std::string>& names) {
  const json files = progress.value("files", json::object());
  return !std::all_of(names.begin(), names.end(),
                      [&](const std::string& name) { return files.contains(name); });
}

/// Whether an unfinished job had nothing to show yet, so that nothing is lost if another takes
/// over.
bool is_blank(const json& progress) {
  const json files = progress.value("files", json::object());
  return std::all_of(files.begin(), files.end(), [](const json& bytes) { return bytes == 0; });
}

}  // namespace

std::optional<json> finished_result(const Path& folder, const json& arguments) {
  const Path path = folder / "config.json";
  if (!fs::exists(path)) return std::nullopt;
  json before = read_object(path);
  const json result = before.value("result", json::object());
  before.erase("result");
  require_same(before, arguments, path);
  for (const auto& [name, bytes] : result.at("files").items()) {
    std::error_code error;
    const auto found = fs::file_size(folder / name, error);
    if (!error && found == bytes) continue;
    fail({.what = "a finished dataset is damaged",
          .where = (folder / name).string(),
          .expected = fmt::format("{} bytes", bytes.dump()),
          .found = error ? "no such file" : fmt::format("{} bytes", found),
          .hint = "delete the folder and tokenize again"});
  }
  // What finish() may have been killed before.
  fs::remove(folder / "progress.json");
  fs::remove(folder / "lock");
  return result;
}

ResumableOutput::ResumableOutput(Path folder, json arguments, std::vector<std::string> names)
    : folder_(std::move(folder)),
      lock_(folder_),
      arguments_(std::move(arguments)),
      names_(std::move(names)) {
  remove_leftovers(folder_);
  const Path progress = folder_ / "progress.json";
  json before = fs::exists(progress) ? read_object(progress) : json();
  if (before.is_null()) refuse_strangers(folder_);
  if (!before.is_null()) {
    if (!is_blank(before))
      require_same(before.value("arguments", json::object()), arguments_, progress);
    if (has_other_files(before, names_)) before = json();
  }
  if (before.is_null() || is_blank(before)) {
    // Before the files: a folder with files but without progress is taken for somebody else's.
    forget();
    before = read_object(progress);
  }
  resume(before);
  for (size_t i = 0; i < names_.size(); ++i)
    files_.emplace_back(path_of(i), OutputFile::Mode::kAppend);
}

void ResumableOutput::write_progress(const std::vector<uint64_t>& bytes) {
  json sizes = json::object();
  for (size_t i = 0; i < names_.size(); ++i) sizes[names_[i]] = bytes[i];
  const json progress = {{"arguments", arguments_}, {"files", sizes}, {"state", state_}};
  write_atomic(folder_ / "progress.json", progress.dump(2) + "\n");
}

void ResumableOutput::forget() {
  state_ = json();
  write_progress(std::vector<uint64_t>(names_.size()));
}

void ResumableOutput::resume(const json& progress) {
  require_same(progress.value("arguments", json::object()), arguments_, folder_ / "progress.json");
  state_ = progress.at("state");
  for (size_t i = 0; i < names_.size(); ++i) {
    const auto saved = progress.at("files").at(names_[i]).get<uint64_t>();
    const uint64_t found = fs::exists(path_of(i)) ? fs::file_size(path_of(i)) : 0;
    if (found < saved)
      fail({.what = "an unfinished dataset is damaged",
            .where = path_of(i).string(),
            .expected = fmt::format("at least {} bytes, as progress.json says", saved),
            .found = fmt::format("{} bytes", found),
            .hint = "delete the folder and tokenize again"});
    if (found > saved) fs::resize_file(path_of(i), saved);
  }
}

void ResumableOutput::save(const json& state, std::optional<Shrink> shrink) {
  std::vector<uint64_t> bytes;
  for (size_t i = 0; i < files_.size(); ++i) {
    files_[i].flush();
    sync_path(path_of(i));
    bytes.push_back(shrink && shrink->file == i ? shrink->bytes : fs::file_size(path_of(i)));
  }
  state_ = state;
  write_progress(bytes);
  if (shrink) fs::resize_file(path_of(shrink->file), shrink->bytes);
}

void ResumableOutput::finish(json result) {
  json sizes = json::object();
  for (size_t i = 0; i < files_.size(); ++i) {
    files_[i].close();
    const uint64_t bytes = fs::file_size(path_of(i));
    if (bytes > 0) {
      sizes[names_[i]] = bytes;
    } else {
      fs::remove(path_of(i));
    }
  }
  result["files"] = sizes;
  json config = arguments_;
  config["result"] = std::move(result);
  write_atomic(folder_ / "config.json", config.dump(4) + "\n");
  fs::remove(folder_ / "progress.json");
  // Whoever gets hold of the lock's old file looks for config.json next, and finds it.
  fs::remove(folder_ / "lock");
  sync_path(folder_);
}

}  // namespace twofold
