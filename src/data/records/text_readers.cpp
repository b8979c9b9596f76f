#include "data/records/text_readers.h"

#include <string_view>
#include <utility>

namespace twofold::records {
namespace {

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == text.npos; }

class TextReader : public FileReader {
 public:
  explicit TextReader(Input input) : input_(std::move(input)) {}
  Place place() const override { return input_.place(); }
  int64_t taken() const override { return input_.taken(); }

 protected:
  /// Reads the next line that is not blank, and says in `record` where it begins.
  bool take_line(std::string& line, Record& record) {
    do {
      record.line = input_.place().line;
      record.byte = input_.place().offset;
      if (!input_.take_line(line)) return false;
    } while (is_blank(line));
    return true;
  }

  Input input_;
};

class WholeReader : public TextReader {
 public:
  using TextReader::TextReader;
  bool next(Record& record) override {
    record.text.clear();
    record.line = input_.place().line;
    record.byte = input_.place().offset;
    for (int letter = input_.take(); letter != Input::kEnd; letter = input_.take()) {
      record.text += static_cast<char>(letter);
    }
    return !is_blank(record.text);
  }
};

class LineReader : public TextReader {
 public:
  LineReader(Input input, bool is_json) : TextReader(std::move(input)), is_json_(is_json) {}
  bool next(Record& record) override {
    record.is_json = is_json_;
    return take_line(record.text, record);
  }

 private:
  bool is_json_;
};

class ParagraphReader : public TextReader {
 public:
  using TextReader::TextReader;
  bool next(Record& record) override {
    if (!take_line(record.text, record)) return false;
    std::string end = line_end();
    while (input_.take_line(line_) && !is_blank(line_)) {
      record.text += end + line_;
      end = line_end();
    }
    return true;
  }

 private:
  /// Lines are joined by what was between them.
  std::string line_end() { return input_.ended_by_crlf() ? "\r\n" : "\n"; }
  std::string line_;
};

}  // namespace

std::unique_ptr<FileReader> make_whole_reader(Input input) {
  return std::make_unique<WholeReader>(std::move(input));
}
std::unique_ptr<FileReader> make_line_reader(Input input, bool is_json) {
  return std::make_unique<LineReader>(std::move(input), is_json);
}
std::unique_ptr<FileReader> make_paragraph_reader(Input input) {
  return std::make_unique<ParagraphReader>(std::move(input));
}

}  // namespace twofold::records
