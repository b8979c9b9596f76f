#include "checkpoint/manifest.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <span>
#include <system_error>

#include "base/error.h"
#include "checkpoint/store.h"
#include "formats/json.h"

namespace twofold {
namespace {

using Json = nlohmann::json;

[[noreturn]] void fail_damaged(const Path& file, const std::string& found) {
  fail({.what = "checkpoint file was altered",
        .where = file.string(),
        .expected = "the manifest as it was written",
        .found = found,
        .hint = "choose another checkpoint of this run"});
}

Json to_json(const Manifest& manifest) {
  Json files = Json::object();
  for (const auto& [name, record] : manifest.files) {
    files[name] = {{"bytes", record.bytes}, {"xxh3_128", record.checksum}};
  }
  return {{"format_version", manifest.format_version},
          {"files", files},
          {"immutable_ids", manifest.immutable_ids}};
}

Manifest from_json(const Json& json) {
  Manifest manifest;
  json.at("format_version").get_to(manifest.format_version);
  json.at("immutable_ids").get_to(manifest.immutable_ids);
  for (const auto& [name, record] : json.at("files").items()) {
    manifest.files[name] = {record.at("bytes").get<int64_t>(),
                            record.at("xxh3_128").get<std::string>()};
  }
  return manifest;
}

/// A newer version may lay everything else out differently, so this is looked at first.
void check_version(const Json& json, const Path& file) {
  const auto version = json.find("format_version");
  if (version == json.end() || !version->is_number_integer()) {
    fail_damaged(file, "no format_version");
  }
  if (version->get<int64_t>() > CheckpointStore::kFormatVersion) {
    fail({.what = "checkpoint was written by a newer version of twofold",
          .where = file.string(),
          .expected = fmt::format("format version at most {}", CheckpointStore::kFormatVersion),
          .found = fmt::format("format version {}", version->get<int64_t>()),
          .hint = "update twofold, or choose another checkpoint"});
  }
}

int64_t size_or_missing(const Path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) {
    fail({.what = "checkpoint file is missing",
          .where = file.string(),
          .expected = "the file that the manifest lists",
          .found = error.message(),
          .hint = "choose another checkpoint of this run"});
  }
  return static_cast<int64_t>(size);
}

}  // namespace

FileRecord FileRecord::of(std::string_view text) {
  return {static_cast<int64_t>(text.size()),
          checksum_bytes(std::as_bytes(std::span(text.data(), text.size())))};
}

void Manifest::add(const Path& folder, const std::string& name) {
  files[name] = {size_or_missing(folder / name), checksum_file(folder / name)};
}

std::string Manifest::to_text() const {
  Json json = to_json(*this);
  json["checksum"] = FileRecord::of(json.dump()).checksum;
  return json.dump(2) + "\n";
}

Manifest Manifest::read(const Path& folder) {
  const Path file = folder / kManifestName;
  size_or_missing(file);
  const std::string text = read_text(file);
  Json json;
  try {
    json = formats::parse_json(text, file.string());
  } catch (const Error& error) {
    fail_damaged(file, error.problems().front().what);
  }
  if (!json.is_object()) fail_damaged(file, "no JSON object");
  check_version(json, file);
  try {
    const Manifest manifest = from_json(json);
    // Byte for byte what we would write of it, its checksum included: no damage is too small.
    if (manifest.to_text() != text) fail_damaged(file, "other bytes than its checksum is of");
    return manifest;
  } catch (const Json::exception& error) {
    fail_damaged(file, error.what());
  }
}

void Manifest::check_sizes(const Path& folder) const {
  for (const auto& [name, record] : files) {
    const int64_t size = size_or_missing(folder / name);
    if (size == record.bytes) continue;
    fail({.what =
              size < record.bytes ? "checkpoint file is truncated" : "checkpoint file is too long",
          .where = (folder / name).string(),
          .expected = fmt::format("{} bytes", record.bytes),
          .found = fmt::format("{} bytes", size),
          .hint = "choose another checkpoint of this run"});
  }
}

void Manifest::check_contents(const Path& folder) const {
  check_sizes(folder);
  for (const auto& [name, record] : files) {
    const std::string checksum = checksum_file(folder / name);
    if (checksum == record.checksum) continue;
    fail({.what = "checkpoint file was altered",
          .where = (folder / name).string(),
          .expected = "XXH3-128 " + record.checksum,
          .found = "XXH3-128 " + checksum,
          .hint = "choose another checkpoint of this run"});
  }
}

int64_t Manifest::total_bytes() const {
  int64_t total = 0;
  for (const auto& [name, record] : files) total += record.bytes;
  return total;
}

}  // namespace twofold
