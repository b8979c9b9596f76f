#include "base/unpublished.h"

#include <filesystem>

#include "base/error.h"

namespace twofold {

void require_free(const Path& out) {
  if (!std::filesystem::exists(out)) return;
  fail({.what = "what is to be written exists already",
        .where = out.string(),
        .expected = "a name that is free",
        .found = "a file or folder",
        .hint = "give another name, or remove it"});
}

Unpublished::Unpublished(const Path& out) : out_(out), temporary_(out) {
  require_free(out);
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
