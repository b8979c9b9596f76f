#include "twofold/json_lines.h"

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
#include "formats/text_file.h"

namespace twofold {

using nlohmann::json;

/// Lines of a file, read block by block.
struct JsonlReader::Input {
  explicit Input(const std::string& path) : name("standard input"), file(STDIN_FILENO) {
    if (path == "-") return;
    name = path;
    file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) fail_io("open", path, errno);
  }
  ~Input() {
    if (file != STDIN_FILENO) close(file);
  }

  bool has_line();
  bool next_line(std::string& line);
  bool read_more();

  std::string name;
  int file;
  std::string buffer = {};
  size_t begin = 0;     // of the next line in the buffer
  size_t searched = 0;  // there is no line's end between begin and here
  bool at_end = false;
  size_t number = 0;
};

struct JsonlReader::Object {
  std::string line;
  json value;
};

JsonlReader::JsonlReader(const std::string& file)
    : input_(std::make_unique<Input>(file)), object_(std::make_unique<Object>()) {}

JsonlReader::~JsonlReader() = default;

bool JsonlReader::next() {
  for (std::string& line = object_->line; input_->next_line(line);) {
    if (++input_->number == 1) line = formats::without_byte_order_mark(line);
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    object_->value = formats::parse_json_line(line, where());
    return true;
  }
  return false;
}

const std::string& JsonlReader::line() const { return object_->line; }

std::string JsonlReader::where() const {
  return fmt::format("{}:{}", input_->name, input_->number);
}

bool JsonlReader::must_wait() {
  while (!input_->has_line() && !input_->at_end) {
    pollfd input{.fd = input_->file, .events = POLLIN, .revents = 0};
    if (poll(&input, 1, 0) == 0) return true;
    input_->read_more();
  }
  return false;
}

const std::string& JsonlReader::text(const char* name) const {
  const json& object = object_->value;
  const auto text = object.find(name);
  if (text != object.end() && text->is_string()) return text->get_ref<const std::string&>();
  fail({.what = "not a line that can be encoded",
        .where = where(),
        .expected = fmt::format(R"({{"{}": "…"}})", name),
        .found = formats::printable(object.dump()),
        .hint = fmt::format("give each line a field `{}` that is a text", name)});
}

std::vector<int64_t> JsonlReader::integers(const char* name) const {
  const auto refuse = [&](const std::string& found) {
    fail({.what = fmt::format("`{}` is not a list of ids", name),
          .where = where(),
          .expected = fmt::format("{{\"{}\": [1, 2, 3]}}", name),
          .found = found,
          .hint = "write whole numbers in brackets, as `twofold encode` does"});
  };
  const auto list = object_->value.find(name);
  if (list == object_->value.end()) refuse("no such field");
  if (!list->is_array()) refuse(list->type_name());
  std::vector<int64_t> values;
  values.reserve(list->size());
  for (const json& entry : *list) {
    const std::optional<int64_t> value = formats::integer_of(entry);
    if (!value) {
      refuse(fmt::format("{}[{}] is {}", name, values.size(), formats::printable(entry.dump())));
    }
    values.push_back(*value);
  }
  return values;
}

bool JsonlReader::Input::has_line() {
  searched = std::min(buffer.find('\n', searched), buffer.size());
  return searched < buffer.size();
}

bool JsonlReader::Input::next_line(std::string& line) {
  while (!has_line() && read_more()) {
  }
  line.assign(buffer, begin, searched - begin);
  const bool found = searched < buffer.size() || !line.empty();  // the last may lack its end
  begin = searched = std::min(searched + 1, buffer.size());
  return found;
}

bool JsonlReader::Input::read_more() {
  constexpr size_t kBlock = 1 << 16;
  if (at_end) return false;
  buffer.erase(0, begin);
  searched -= begin;
  begin = 0;
  const size_t before = buffer.size();
  buffer.resize(before + kBlock);
  ssize_t bytes = 0;
  do {
    bytes = read(file, buffer.data() + before, kBlock);
  } while (bytes < 0 && errno == EINTR);
  if (bytes < 0) fail_io("read", name, errno);
  buffer.resize(before + static_cast<size_t>(bytes));
  at_end = bytes == 0;
  return !at_end;
}

}  // namespace twofold
