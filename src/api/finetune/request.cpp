#include "api/finetune/request.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/folders.h"
#include "base/text.h"
#include "data/records/source.h"
#include "formats/json.h"

namespace twofold {
namespace {

using nlohmann::json;

std::string full(const Path& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

json noted(const FinetuneRequest& request) {
  return {{"model", full(request.model)},
          {"data", full_source(request)},
          {"overrides", request.overrides}};
}

/// `value`, or what of a list is not in the `other` one.
std::string different(const json& value, const json& other) {
  if (!value.is_array() || !other.is_array()) return formats::printable(value.dump());
  std::vector<std::string> parts;
  for (const json& part : value) {
    if (std::ranges::find(other, part) == other.end()) parts.push_back(part.dump());
  }
  return parts.empty() ? "none besides" : formats::printable(join(parts, " "));
}

void require_same(const json& before, const json& now, const Path& file) {
  std::vector<std::string> then, given;
  for (const auto& [key, value] : now.items()) {
    const json old = before.is_object() ? before.value(key, json()) : json();
    if (old == value) continue;
    then.push_back(key + ": " + different(old, value));
    given.push_back(key + ": " + different(value, old));
  }
  if (then.empty()) return;
  fail({.what = "the folder holds a fine-tuning that was begun otherwise",
        .where = file.string(),
        .expected = join(then, ", "),
        .found = join(given, ", "),
        .hint = "give the line that it was begun with, which goes on with it, or another OUT; "
                "settings of a run that goes on are changed by `twofold run finetune "
                "OUT/finetune.yaml OUT/run key=value`"});
}

void require_empty(const Path& folder) {
  if (kind_of(folder) == PathKind::kNothing) return;
  std::vector<Path> entries = {folder};
  if (kind_of(folder) == PathKind::kFolder) entries = entries_in(folder);
  std::erase_if(entries, [](const Path& path) { return path.filename() == "run"; });
  if (entries.empty()) return;
  fail({.what = "the folder for the adapter is not empty",
        .where = folder.string(),
        .expected = "no such folder, an empty one, or a fine-tuning that goes on",
        .found = entries.front().filename().string(),
        .hint = "give another OUT"});
}

}  // namespace

std::string full_source(const FinetuneRequest& request) {
  std::vector<std::string> parts = records::expand_braces(request.data);
  for (std::string& part : parts) part = full(part);
  return parts.size() == 1 ? parts.front() : "{" + join(parts, ",") + "}";
}

std::optional<FileTexts> begun_with(const FinetuneRequest& request, const Path& file) {
  if (kind_of(file) != PathKind::kFile) {
    require_empty(request.out);
    return std::nullopt;
  }
  const json note = formats::parse_json(read_text(file), file.string());
  require_same(note, noted(request), file);
  FileTexts templates;
  const json noted_templates = note.value("templates", json::object());
  for (const auto& [name, text] : noted_templates.items()) {
    templates[name] = text.is_string() ? text.get<std::string>() : "";
  }
  return templates;
}

void note_begun(const FinetuneRequest& request, const FileTexts& templates, const Path& file) {
  json note = noted(request);
  note["templates"] = templates;
  make_folders(file.parent_path());
  write_atomic(file, note.dump(2) + "\n");
}

}  // namespace twofold
