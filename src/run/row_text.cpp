#include "run/row_text.h"

#include <algorithm>

#include "unicode/utf8.h"

namespace twofold {
namespace {

constexpr size_t kLongest = 1200;  // bytes of a part that are shown

/// What a terminal can be shown.
std::string tame(std::string text) {
  for (char& letter : text) {
    const bool steers = static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
    if (steers && letter != '\n' && letter != '\t') letter = '?';
  }
  return text;
}

size_t at_character(std::string_view text, size_t at) {
  while (inside_character(text, at)) ++at;
  return at;
}

std::string shortened(const std::string& text) {
  if (text.size() <= kLongest) return text;
  const size_t front = at_character(text, kLongest / 2);
  const size_t back = at_character(text, text.size() - kLongest / 2);
  return text.substr(0, front) + " […] " + text.substr(back);
}

std::string decoded(const Tokenizer& tokenizer, std::span<const int32_t> ids) {
  std::string storage;
  const std::string text = tokenizer.decode(ids);
  return shortened(tame(std::string(as_utf8(text, storage))));
}

}  // namespace

PreviewRow row_text(const Tokenizer& tokenizer, std::string title, std::span<const int32_t> ids,
                    std::span<const uint8_t> trained) {
  PreviewRow row{.title = std::move(title), .parts = {}};
  for (size_t begin = 0; begin < ids.size();) {
    size_t end = begin + 1;
    while (end < ids.size() && trained[end] == trained[begin]) ++end;
    row.parts.push_back({decoded(tokenizer, ids.subspan(begin, end - begin)), trained[begin] != 0});
    begin = end;
  }
  return row;
}

std::string render(const PreviewRow& row, bool dim) {
  const char* const before = dim ? "\x1b[2m" : "«";
  const char* const after = dim ? "\x1b[22m" : "»";
  std::string text = row.title + "\n";
  for (const RowPart& part : row.parts) {
    text += part.learnt != dim ? before + part.text + after : part.text;
  }
  return text + "\n";
}

Table as_table(const PreviewRow& row) {
  Table table{.title = row.title, .header = {}, .rows = {}};
  const std::string text = render({.title = "", .parts = row.parts}, false);
  for (size_t begin = 1; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    table.rows.push_back({text.substr(begin, end - begin)});
    begin = end + 1;
  }
  return table;
}

}  // namespace twofold
