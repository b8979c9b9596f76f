#include "data/tokenize/source.h"

#include <set>

#include "base/error.h"
#include "base/folders.h"
#include "data/folder_name.h"
#include "formats/text_file.h"

namespace twofold {
namespace {

std::string_view view_of(const MappedFile& file) {
  const auto bytes = file.bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Finds files and opens them.
class Opener {
 public:
  explicit Opener(const Path& source) : source_(source) {}

  std::vector<SourceFile> open() {
    const PathKind kind = kind_of(source_);
    if (kind == PathKind::kFile) open_file(source_, source_.filename());
    if (kind == PathKind::kFolder) open_folder(source_);
    if (kind == PathKind::kFile || kind == PathKind::kFolder) return std::move(files_);
    fail({.what = "there is no such source of text",
          .where = "data/source",
          .expected = "a file, or a folder of files",
          .found = source_.string(),
          .hint = "give its path as data/source; it counts from the current folder"});
  }

 private:
  void open_file(const Path& path, const Path& name) {
    files_.push_back({.name = name.string(), .file = MappedFile(path)});
    formats::require_text_kind(view_of(files_.back().file), path.string());
  }

  void open_folder(const Path& folder) {
    std::error_code ignored;  // what cannot be opened is told by entries_in
    if (!seen_.insert(std::filesystem::canonical(folder, ignored)).second) {
      refuse(folder, "each folder once", "a link to a folder that is read already");
    }
    for (const Path& path : entries_in(folder)) {
      const std::string name = path.filename().string();
      if (name.front() == '.') continue;
      // The dataset's config.json remembers the names of its files, and JSON is UTF-8.
      require_folder_name(name, "a file of data/source");
      open_entry(path);
    }
  }

  void open_entry(const Path& path) {
    switch (kind_of(path)) {
      case PathKind::kFile:
        return open_file(path, path.lexically_relative(source_));
      case PathKind::kFolder:
        return open_folder(path);
      case PathKind::kNothing:
        refuse(path, "a file", "a link to a file that is not there");
      case PathKind::kOther:
        refuse(path, "a file", "neither a file nor a folder");
    }
  }

  [[noreturn]] static void refuse(const Path& path, std::string expected, std::string found) {
    fail({.what = "data/source holds what cannot be read as text",
          .where = path.string(),
          .expected = std::move(expected),
          .found = std::move(found),
          .hint = "remove it, or give it a name that begins with a dot: then it is left out"});
  }

  const Path& source_;
  std::vector<SourceFile> files_;
  std::set<Path> seen_;
};

}  // namespace

std::string_view SourceFile::text() const {
  return formats::without_byte_order_mark(view_of(file));
}

std::vector<SourceFile> open_source(const Path& source) { return Opener(source).open(); }

}  // namespace twofold
