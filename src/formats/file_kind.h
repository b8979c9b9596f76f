#pragma once
// What a file is, judged by its first bytes. A reader asks this when a file is not what it expects,
// so that its message can say what the file is instead.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/files.h"

namespace twofold::formats {

struct FileKind {
  std::string_view name;      ///< what was found: "a git-lfs pointer, not the file itself"
  std::string_view hint;      ///< how to come by what was meant
  bool is_also_text = false;  ///< may also be meant as text, as an HTML page may
};

/// How many bytes of a file are enough to tell its kind.
inline constexpr size_t kKindBytes = 512;

/// The kind of a file that begins with `head` (of which at most kKindBytes are looked at): pointers
/// to files, compressed files, archives, tables, weights, text that is not UTF-8. Null for anything
/// else, including plain text.
const FileKind* kind_of_bytes(std::string_view head);

/// The kind of the file at `path`; null also if it cannot be read.
const FileKind* kind_of_file(const Path& path);

/// Throws an Error if `head` is the start of a known kind of file; it names the kind, and
/// `expected` as what belongs there.
void refuse_known_kind(std::string_view head, const std::string& where,
                       const std::string& expected);

}  // namespace twofold::formats
