#include "data/records/parquet.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/error.h"
#include "data/records/parquet_rows.h"

namespace twofold::records {
namespace {

namespace fs = std::filesystem;

/// Where the component may lie: beside the program, and where it is installed.
std::vector<Path> places() {
  std::error_code ignored;
  const Path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  std::vector<Path> paths = {folder / kParquetLibrary,
                             folder.parent_path() / "lib" / kParquetLibrary};
  if (const char* given = std::getenv("TWOFOLD_COMPONENTS")) {
    paths.insert(paths.begin(), Path(given) / kParquetLibrary);
  }
  return paths;
}

[[noreturn]] void refuse_missing(const Path& file, const std::string& found) {
  fail({.what = "the component that reads Parquet files is not there",
        .where = file.string(),
        .expected = fmt::format("{} beside the program, or in the folder TWOFOLD_COMPONENTS names",
                                kParquetLibrary),
        .found = found,
        .hint = "install Apache Arrow and build again: tools/setup.sh --parquet && make build; or "
                R"(write JSON lines: datasets.load_dataset(…)["train"].to_json("data.jsonl"))"});
}

/// Loaded once, and kept: a library like Arrow is not made to be unloaded.
OpenParquet* component(const Path& file) {
  for (const Path& path : places()) {
    if (!fs::exists(path)) continue;
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) refuse_missing(file, dlerror());
    if (void* const found = dlsym(library, kOpenParquet)) {
      return reinterpret_cast<OpenParquet*>(found);
    }
    refuse_missing(file, dlerror());
  }
  refuse_missing(file, "no such library");
}

class ParquetReader : public FileReader {
 public:
  ParquetReader(const Path& path, const Place& start) : path_(path), row_(start.offset) {
    std::string error;
    rows_.reset(component(path)(path.c_str(), row_, error));
    if (!rows_) refuse(error);
    bytes_ = static_cast<int64_t>(fs::file_size(path));
  }

  bool next(Record& record) override {
    if (at_ == batch_.size() && !fill()) return false;
    record.is_json = true;
    record.byte.reset();
    record.text = std::move(batch_[at_++]);
    record.line = ++row_;
    return true;
  }
  Place place() const override { return {.offset = row_, .line = row_ + 1}; }
  int64_t taken() const override { return ended_ ? bytes_ : 0; }

 private:
  bool fill() {
    std::string error;
    at_ = 0;
    if (!rows_->next(batch_, error)) refuse(error);
    ended_ = batch_.empty();
    return !ended_;
  }

  [[noreturn]] void refuse(const std::string& error) const {
    fail({.what = "a Parquet file cannot be read",
          .where = fmt::format("{}, row {}", path_.string(), row_ + 1),
          .expected = "a table that Apache Arrow reads",
          .found = error,
          .hint = "get the file again, and compare its size with that of the original"});
  }

  Path path_;
  std::unique_ptr<ParquetRows> rows_;
  std::vector<std::string> batch_;
  size_t at_ = 0;
  int64_t row_, bytes_ = 0;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<FileReader> make_parquet_reader(const Path& path, const Place& start) {
  return std::make_unique<ParquetReader>(path, start);
}

}  // namespace twofold::records
