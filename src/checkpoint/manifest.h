#pragma once
// manifest.json: what a complete checkpoint consists of. Written last. It contains its own
// checksum, so that a damaged manifest cannot pass for a valid one.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/files.h"

namespace twofold {

inline constexpr const char* kManifestName = "manifest.json";

/// The size and the checksum (XXH3-128, 32 hexadecimal digits) of one file.
struct FileRecord {
  int64_t bytes = 0;
  std::string checksum;

  static FileRecord of(std::string_view text);
  bool operator==(const FileRecord&) const = default;
};

struct Manifest {
  int format_version = 0;
  std::map<std::string, FileRecord> files;
  std::map<std::string, std::string> immutable_ids;  ///< tensor file's stem → identity

  /// Records `name` of `folder` as it now is on disk.
  void add(const Path& folder, const std::string& name);
  std::string to_text() const;
  /// Reads `folder`/manifest.json. Throws an Error if it is missing, damaged, or of a newer format
  /// version.
  static Manifest read(const Path& folder);

  /// Throws an Error naming the first file that is missing or has another size.
  void check_sizes(const Path& folder) const;
  /// check_sizes, then the checksum of every file.
  void check_contents(const Path& folder) const;
  int64_t total_bytes() const;
};

}  // namespace twofold
