#include "data/records/json_array.h"

#include <utility>

#include "base/error.h"
#include "formats/json.h"

namespace twofold::records {
namespace {

bool is_space(int letter) {
  return letter == ' ' || letter == '\n' || letter == '\r' || letter == '\t';
}

void skip_space(Input& input) {
  while (is_space(input.peek())) input.take();
}

class ArrayReader : public FileReader {
 public:
  /// An input that does not begin at its file's start is behind a value.
  explicit ArrayReader(Input input) : input_(std::move(input)), started_(input_.resumed()) {}

  bool next(Record& record) override {
    if (!step_to_value()) return false;
    record.is_json = true;
    record.line = input_.place().line;
    record.byte = input_.place().offset;
    take_value(record.text);
    return true;
  }
  Place place() const override { return input_.place(); }
  int64_t taken() const override { return input_.taken(); }

 private:
  /// Passes over what is in front of the next value; false behind the last one.
  bool step_to_value() {
    skip_space(input_);
    const int first = input_.peek();
    if (first == Input::kEnd && ended_) return false;
    if (ended_) refuse("nothing behind the array");
    if (first == (started_ ? ',' : '[')) {
      input_.take();
      skip_space(input_);
      const bool empty = !started_ && input_.peek() == ']';
      started_ = true;
      if (!empty) return true;
    }
    if (input_.peek() != ']') refuse("a comma, or the end of the array");
    input_.take();
    ended_ = true;
    return step_to_value();
  }

  /// An object ends with its last bracket, which is not in a text; a scalar at what may follow it.
  void take_value(std::string& text) {
    text.clear();
    bool quoted = false;
    for (int depth = 0;;) {
      const int letter = input_.peek();
      if (letter == Input::kEnd) refuse("the rest of the array");
      if (!quoted && depth == 0 && (letter == ',' || letter == ']' || is_space(letter))) break;
      text += static_cast<char>(input_.take());
      if (letter == '"') quoted = !quoted;
      if (letter == '\\' && quoted && input_.peek() != Input::kEnd) {
        text += static_cast<char>(input_.take());
      }
      if (quoted) continue;
      const bool closes = letter == '}' || letter == ']';
      depth += letter == '{' || letter == '[' ? 1 : closes ? -1 : 0;
      if (closes && depth <= 0) return;
    }
    if (text.empty()) refuse("a value");
  }

  [[noreturn]] void refuse(const char* expected) {
    const int letter = input_.peek();
    const bool over = letter == Input::kEnd;
    const char found = static_cast<char>(letter);
    fail({.what = over ? "a JSON array is cut short" : "not valid JSON",
          .where = input_.where(),
          .expected = expected,
          .found = over ? "the end of the file" : formats::printable({&found, 1}),
          .hint = "correct the file at this place, or get it again"});
  }

  Input input_;
  bool started_;
  bool ended_ = false;
};

}  // namespace

bool begins_with_array(Input input) {
  skip_space(input);
  return input.peek() == '[';
}

std::unique_ptr<FileReader> make_array_reader(Input input) {
  return std::make_unique<ArrayReader>(std::move(input));
}

}  // namespace twofold::records
