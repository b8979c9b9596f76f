#include "data/records/input.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace twofold::records {
namespace {

constexpr size_t kBuffer = size_t{1} << 18;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Input::Input(const Path& path, const Place& start)
    : path_(path), stream_(open_stream(path)), buffer_(kBuffer, '\0'), resumed_(start.offset > 0) {
  if (resumed_) {
    skip_to(start);
  } else if (fill() && std::string_view(buffer_).substr(0, buffered_).starts_with(kByteOrderMark)) {
    at_ = kByteOrderMark.size();
    place_.offset = static_cast<int64_t>(at_);
  }
}

void Input::skip_to(const Place& start) {
  if (!stream_->compressed()) {
    stream_ = open_plain(path_, start.offset);
    place_ = start;
    return;
  }
  while (place_.offset < start.offset && fill()) {
    const auto left = static_cast<size_t>(start.offset - place_.offset);
    at_ = std::min(buffered_, left);
    place_.offset += static_cast<int64_t>(at_);
  }
  place_ = start;
}

bool Input::fill() {
  at_ = buffered_ = 0;
  try {
    buffered_ = stream_->read(std::span(buffer_));
  } catch (const BadBytes& bad) {
    fail({.what = bad.what,
          .where = where(),
          .expected = bad.expected,
          .found = bad.found,
          .hint = bad.hint});
  }
  return buffered_ > 0;
}

bool Input::take_line(std::string& line) {
  line.clear();
  if (peek() == kEnd) return false;
  do {
    const char* const start = buffer_.data() + at_;
    const size_t left = buffered_ - at_;
    const void* const found = std::memchr(start, '\n', left);
    const size_t length =
        found ? static_cast<size_t>(static_cast<const char*>(found) - start) : left;
    line.append(start, length);
    at_ += length + (found ? 1 : 0);
    place_.offset += static_cast<int64_t>(length + (found ? 1 : 0));
    if (!found) continue;
    ++place_.line;
    break;
  } while (peek() != kEnd);
  crlf_ = line.ends_with('\r');
  if (crlf_) line.pop_back();
  return true;
}

std::string Input::where() const { return fmt::format("{}:{}", path_.string(), place_.line); }

}  // namespace twofold::records
