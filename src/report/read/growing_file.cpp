#include "report/read/growing_file.h"

namespace twofold::report {
namespace {

uint64_t size_of(const Path& file) {
  std::error_code absent;
  const auto bytes = std::filesystem::file_size(file, absent);
  return absent ? 0 : bytes;
}

}  // namespace

bool GrowingFile::still_there(std::ifstream& file, uint64_t size) const {
  if (size < position_) return false;
  std::string found(last_.size(), '\0');
  file.seekg(static_cast<std::streamoff>(position_ - last_.size()));
  file.read(found.data(), static_cast<std::streamsize>(found.size()));
  return found == last_;
}

bool GrowingFile::read(const std::function<void()>& restart,
                       const std::function<void(const std::string& line)>& line) {
  const uint64_t size = size_of(path_);
  if (size == position_ && position_ == 0) return false;
  std::ifstream file(path_, std::ios::binary);
  bool called = false;
  if (!still_there(file, size)) {
    position_ = 0;
    last_.clear();
    restart();
    called = true;
  }
  file.clear();
  file.seekg(static_cast<std::streamoff>(position_));
  std::string text;
  while (std::getline(file, text) && !file.eof()) {  // a line without an end is not complete yet
    position_ += text.size() + 1;
    last_ = text + "\n";
    line(text);
    called = true;
  }
  return called;
}

}  // namespace twofold::report
