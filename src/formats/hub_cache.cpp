#include "formats/hub_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/is_file.h"
#include "base/text.h"

namespace twofold::formats {
namespace {

bool is_folder(const Path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

Path home() { return variable("HOME"); }

/// `path` with the home folder for a leading ~.
Path expanded(const std::string& path) {
  if (path == "~") return home();
  return path.starts_with("~/") ? home() / path.substr(2) : Path(path);
}

/// As huggingface_hub looks for it.
Path cache() {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
    if (const std::string place = variable(name); !place.empty()) return expanded(place);
  }
  if (const std::string place = variable("HF_HOME"); !place.empty()) return expanded(place) / "hub";
  const std::string xdg = variable("XDG_CACHE_HOME");
  return (xdg.empty() ? home() / ".cache" : expanded(xdg)) / "huggingface" / "hub";
}

/// A part of a model's name on the Hub, which is no path of any other kind.
bool is_part(const std::string& text) {
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  };
  const auto is_edge = [](char c) { return c == '-' || c == '.'; };
  return !text.empty() && std::ranges::all_of(text, fits) && !is_edge(text.front()) &&
         !is_edge(text.back()) && text.find("--") == text.npos && text.find("..") == text.npos;
}

/// Where the cache has the model of this name; empty if it is no such name.
Path entry_of(const Path& named) {
  const std::vector<std::string> parts = split(named.string(), '/');
  if (parts.size() > 2 || !std::ranges::all_of(parts, is_part)) return {};
  return cache() / ("models--" + join(parts, "--"));
}

bool is_entry(const Path& folder) {
  return is_folder(folder / "snapshots") &&
         (is_folder(folder / "refs") || is_folder(folder / "blobs"));
}

/// The commit that `main` was when it was last downloaded; empty if nobody has written it down.
std::string main_of(const Path& entry) {
  const Path ref = entry / "refs" / "main";
  if (!is_file(ref)) return {};
  std::string commit = read_text(ref);
  std::erase_if(commit, [](unsigned char c) { return std::isspace(c); });
  return commit;
}

std::vector<std::string> snapshots_of(const Path& entry) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator it(entry / "snapshots", error), end; !error && it != end;
       it.increment(error)) {
    if (is_folder(it->path())) names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Path snapshot_of(const Path& entry) {
  const std::string commit = main_of(entry);
  const std::vector<std::string> names = snapshots_of(entry);
  if (std::ranges::find(names, commit) != names.end()) return entry / "snapshots" / commit;
  if (commit.empty() && names.size() == 1) return entry / "snapshots" / names.front();
  fail({.what = "an entry of the Hub's cache that does not say which snapshot is meant",
        .where = entry.string(),
        .expected = commit.empty() ? "refs/main, or one snapshot"
                                   : "a snapshot " + commit + ", as refs/main says",
        .found = names.empty() ? "no snapshot" : join(names, ", "),
        .hint = "download the model again, or give the folder of one of its snapshots"});
}

}  // namespace

Path hub_folder(const Path& named) {
  std::error_code ignored;
  if (std::filesystem::exists(named, ignored)) return is_entry(named) ? snapshot_of(named) : named;
  const Path entry = entry_of(named);
  return !entry.empty() && is_entry(entry) ? snapshot_of(entry) : named;
}

std::string absence(const Path& named, const std::string& nothing) {
  const Path entry = entry_of(named);
  return entry.empty() ? nothing : fmt::format("{}, and no {}", nothing, entry.string());
}

}  // namespace twofold::formats
