#include "train/recorders/jsonl_writer.h"

#include <filesystem>

#include "base/folders.h"

namespace twofold {
namespace {

void cut(const Path& file, uint64_t bytes) {
  std::error_code ignored;  // opening the file for writing reports what is wrong with it
  std::filesystem::resize_file(file, bytes, ignored);
}

uint64_t length_of(const Path& file) {
  std::error_code absent;
  const auto bytes = std::filesystem::file_size(file, absent);
  return absent ? 0 : bytes;
}

}  // namespace

JsonlWriter::JsonlWriter(const Path& file) : path_(file), file_(file, OutputFile::Mode::kAppend) {}

JsonlWriter JsonlWriter::continue_at(const Path& file, uint64_t keep_bytes, bool& lost) {
  make_folders(file.parent_path());
  const uint64_t length = length_of(file);
  lost = length < keep_bytes;
  if (length > keep_bytes) cut(file, keep_bytes);
  return JsonlWriter(file);
}

JsonlWriter JsonlWriter::continue_at_step(const Path& file, int64_t step) {
  make_folders(file.parent_path());
  uint64_t keep = 0;
  if (length_of(file) > 0) {
    const std::string text = read_text(file);
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = text.find('\n', begin);
      if (end == std::string::npos) break;
      const auto line = nlohmann::json::parse(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                              text.begin() + static_cast<std::ptrdiff_t>(end),
                                              nullptr, /*allow_exceptions=*/false);
      if (!line.is_object() || line.value("step", step + 1) > step) break;
      begin = keep = end + 1;
    }
    cut(file, keep);
  }
  return JsonlWriter(file);
}

void JsonlWriter::append(const nlohmann::ordered_json& line) {
  file_.write(line.dump() + "\n");
  file_.flush();
}

uint64_t JsonlWriter::sync() {
  file_.flush();
  sync_path(path_);
  return file_.position();
}

}  // namespace twofold
