#include "base/unpublished.h"

#include <filesystem>

#include "base/error.h"

namespace twofold {

Unpublished::Unpublished(const Path& out) : out_(out), temporary_(out) {
  if (std::filesystem::exists(out)) {
    fail({.what = "the folder to export to exists already",
          .where = out.string(),
          .expected = "a name that is free",
          .found = "a file or folder",
          .hint = "name a new folder, or remove this one"});
  }
  temporary_ += ".tmp";
  remove();  // the rest of an interrupted export
  std::error_code failure;
  const Path parent = std::filesystem::absolute(out).parent_path();
  std::filesystem::create_directories(parent, failure);
  if (failure) fail_io("create folder", parent, failure.value());
}

Unpublished::~Unpublished() { remove(); }

void Unpublished::publish() {
  std::error_code failure;
  std::filesystem::rename(temporary_, out_, failure);
  if (failure) fail_io("give the export its name", out_, failure.value());
  sync_path(std::filesystem::absolute(out_).parent_path());
}

void Unpublished::remove() {
  std::error_code ignored;
  std::filesystem::remove_all(temporary_, ignored);
}

}  // namespace twofold
