#pragma once
// A table of the page, which the script sorts.

#include <string>
#include <vector>

namespace twofold::report {

struct Cell {
  std::string html;
  std::string sort_by = {};  ///< a number, if not the text
  std::string css = {};      ///< "n": a number; "long": a text that is broken into lines

  static Cell text(const std::string& plain);
  static Cell number(double value);
  static Cell count(int64_t value);
};

struct HtmlTable {
  std::string id;
  std::vector<std::string> header;
  std::vector<std::vector<Cell>> rows = {};
  std::string css = {};
};

std::string html(const HtmlTable& table);

}  // namespace twofold::report
