// The tokens that BLEU counts. The rules look at ASCII alone, so bytes are as good as characters.

#include "stats/bleu.h"
#include "unicode/words.h"

namespace twofold::stats {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

bool is_decimal(char c) { return c >= '0' && c <= '9'; }
bool is_point(char c) { return c == '.' || c == ','; }

/// Every mark of ASCII but . , - and the apostrophe.
bool stands_alone(char c) {
  return (c > ' ' && c <= '&') || (c >= '(' && c <= '+') || c == '/' || (c >= ':' && c <= '@') ||
         (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

std::string marks_apart(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (stands_alone(c)) {
      out.append({' ', c, ' '});
    } else {
      out += c;
    }
  }
  return out;
}

/// Sets the second of two characters apart where they match; the next pair begins behind them.
template <class First, class Second, class Write>
std::string each_pair(std::string_view text, const First& first, const Second& second,
                      const Write& write) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i + 1 < text.size() && first(text[i]) && second(text[i + 1])) {
      write(out, text[i], text[i + 1]);
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> words_13a(std::string_view given) {
  std::string text(without_spaces_behind(given));
  replace_all(text, "<skipped>", "");
  replace_all(text, "-\n", "");
  replace_all(text, "\n", " ");
  replace_all(text, "&quot;", "\"");
  replace_all(text, "&amp;", "&");
  replace_all(text, "&lt;", "<");
  replace_all(text, "&gt;", ">");
  text = marks_apart(" " + text + " ");
  const auto no_decimal = [](char c) { return !is_decimal(c); };
  const auto second_apart = [](std::string& out, char a, char b) { out.append({a, ' ', b, ' '}); };
  text = each_pair(text, no_decimal, is_point, second_apart);
  text = each_pair(text, is_point, no_decimal, [](std::string& out, char a, char b) {
    out.append({' ', a, ' ', b});
  });
  text = each_pair(
      text, is_decimal, [](char c) { return c == '-'; }, second_apart);
  return words_of(text);
}

}  // namespace twofold::stats
