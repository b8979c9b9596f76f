#include "formats/json_lines.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/descriptor.h"
#include "base/error.h"
#include "formats/json.h"

namespace twofold::formats {
namespace {

using nlohmann::json;

}  // namespace

JsonLines::JsonLines(const std::string& file) : name_("standard input"), file_(STDIN_FILENO) {
  if (file == "-") return;
  name_ = file;
  file_ = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0) fail_io("open", file, errno);
}

JsonLines::~JsonLines() {
  if (file_ != STDIN_FILENO) close(file_);
}

bool JsonLines::next(json& object) {
  for (std::string line; next_line(line);) {
    ++number_;
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    object = parse_json_line(line, where());
    return true;
  }
  return false;
}

std::string JsonLines::where() const { return fmt::format("{}:{}", name_, number_); }

bool JsonLines::must_wait() {
  while (!has_line() && !at_end_) {
    pollfd input{.fd = file_, .events = POLLIN, .revents = 0};
    if (poll(&input, 1, 0) == 0) return true;
    read_more();
  }
  return false;
}

bool JsonLines::has_line() {
  searched_ = std::min(buffer_.find('\n', searched_), buffer_.size());
  return searched_ < buffer_.size();
}

bool JsonLines::next_line(std::string& line) {
  while (!has_line() && read_more()) {
  }
  line.assign(buffer_, begin_, searched_ - begin_);
  const bool found = searched_ < buffer_.size() || !line.empty();  // the last may lack its end
  begin_ = searched_ = std::min(searched_ + 1, buffer_.size());
  return found;
}

bool JsonLines::read_more() {
  constexpr size_t kBlock = 1 << 16;
  if (at_end_) return false;
  buffer_.erase(0, begin_);
  searched_ -= begin_;
  begin_ = 0;
  const size_t before = buffer_.size();
  buffer_.resize(before + kBlock);
  ssize_t bytes = 0;
  do {
    bytes = read(file_, buffer_.data() + before, kBlock);
  } while (bytes < 0 && errno == EINTR);
  if (bytes < 0) fail_io("read", name_, errno);
  buffer_.resize(before + static_cast<size_t>(bytes));
  at_end_ = bytes == 0;
  return !at_end_;
}

std::vector<int64_t> integer_list(const json& object, const char* name, const std::string& where) {
  const auto refuse = [&](const std::string& found) {
    fail({.what = fmt::format("`{}` is not a list of ids", name),
          .where = where,
          .expected = fmt::format("{{\"{}\": [1, 2, 3]}}", name),
          .found = found,
          .hint = "write whole numbers in brackets, as `twofold encode` does"});
  };
  const auto list = object.find(name);
  if (list == object.end()) refuse("no such field");
  if (!list->is_array()) refuse(list->type_name());
  std::vector<int64_t> values;
  values.reserve(list->size());
  for (const json& entry : *list) {
    const bool fits = entry.is_number_integer() &&
                      (!entry.is_number_unsigned() || entry.get<uint64_t>() <= uint64_t{INT64_MAX});
    if (!fits) refuse(fmt::format("{}[{}] is {}", name, values.size(), printable(entry.dump())));
    values.push_back(entry.get<int64_t>());
  }
  return values;
}

}  // namespace twofold::formats
