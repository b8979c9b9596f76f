#include "data/records/table_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "data/records/json_string.h"
#include "formats/json.h"

namespace twofold::records {
namespace {

using Cells = std::vector<std::string>;

/// Takes rows from an input.
class Rows {
 public:
  Rows(Input& input, char separator) : input_(input), separator_(separator) {}

  /// False at the end. A row without a letter is no row.
  bool take(Cells& cells) {
    do {
      if (input_.peek() == Input::kEnd) return false;
      line_ = input_.place().line;
      take_row(cells);
    } while (cells.size() == 1 && cells[0].empty());
    return true;
  }
  int64_t line() const { return line_; }  ///< where the row begins

 private:
  void take_row(Cells& cells) {
    cells.clear();
    do {
      cells.emplace_back();
      if (input_.peek() == '"') {
        take_quoted(cells.back());
      } else {
        take_plain(cells.back());
      }
    } while (take_if(separator_));
    take_if('\r');
    if (!take_if('\n') && input_.peek() != Input::kEnd) {
      refuse("something stands behind the quotes of a cell", input_.place().line);
    }
  }

  bool take_if(char letter) {
    if (input_.peek() != static_cast<unsigned char>(letter)) return false;
    input_.take();
    return true;
  }

  void take_plain(std::string& cell) {
    for (int letter = input_.peek(); letter != Input::kEnd && letter != '\n' &&
                                     letter != static_cast<unsigned char>(separator_);
         letter = input_.peek()) {
      cell += static_cast<char>(input_.take());
    }
    if (input_.peek() == '\n' && cell.ends_with('\r')) cell.pop_back();
  }

  void take_quoted(std::string& cell) {
    const int64_t line = input_.place().line;
    input_.take();
    for (;;) {
      const int letter = input_.take();
      if (letter == Input::kEnd) refuse("a quote is not closed", line);
      if (letter == '"' && !take_if('"')) return;
      cell += static_cast<char>(letter);
    }
  }

  [[noreturn]] void refuse(const char* what, int64_t line) const {
    fail({.what = what,
          .where = fmt::format("{}:{}", input_.path().string(), line),
          .expected = R"(cells as CSV has them: a, "b, c", "d ""e""")",
          .found = "a table that cannot be read on",
          .hint = "correct the file at this place"});
  }

  Input& input_;
  char separator_;
  int64_t line_ = 1;
};

class TableReader : public FileReader {
 public:
  TableReader(const Path& path, char separator, const Place& start)
      : input_(path), rows_(input_, separator) {
    rows_.take(columns_);
    check_columns();
    if (start.offset > 0) input_ = Input(path, start);
  }

  bool next(Record& record) override {
    if (!rows_.take(cells_)) return false;
    record.is_json = true;
    record.line = rows_.line();
    record.byte.reset();
    record.text = "{";
    record.fault.reset();
    if (cells_.size() != columns_.size()) record.fault = wrong_width(record.line);
    for (size_t i = 0; i < std::min(cells_.size(), columns_.size()); ++i) {
      if (i > 0) record.text += ',';
      append_json_string(record.text, columns_[i]);
      record.text += ':';
      append_json_string(record.text, cells_[i]);
    }
    record.text += '}';
    return true;
  }
  Place place() const override { return input_.place(); }
  int64_t taken() const override { return input_.taken(); }

 private:
  void check_columns() const {
    Cells sorted = columns_;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice == sorted.end()) return;
    fail({.what = "two columns of a table have one name",
          .where = fmt::format("{}:1", input_.path().string()),
          .expected = "a first row that names the columns",
          .found = formats::printable("`" + *twice + "` twice"),
          .hint = "give the file a first row with the names of its columns"});
  }

  Problem wrong_width(int64_t line) const {
    return {.what = "a row of a table has too many or too few cells",
            .where = fmt::format("{}:{}", input_.path().string(), line),
            .expected = fmt::format("{}, as in the first row", columns_.size()),
            .found = fmt::format("{}", cells_.size()),
            .hint = R"(put cells with separators or quotes in them in quotes: "a, ""b""")"};
  }

  Input input_;
  Rows rows_;
  Cells columns_, cells_;
};

}  // namespace

std::unique_ptr<FileReader> make_table_reader(const Path& path, char separator,
                                              const Place& start) {
  return std::make_unique<TableReader>(path, separator, start);
}

}  // namespace twofold::records
