// How numbers and texts are written as YAML scalars and read back.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/ascii.h"
#include "twofold/config/value.h"

namespace twofold::config {
namespace {

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

bool is_letter(char letter) { return std::isalpha(static_cast<unsigned char>(letter)) != 0; }

/// Words that some YAML version reads as something other than a string.
bool is_yaml_word(const std::string& text) {
  constexpr std::array kWords = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  return std::find(kWords.begin(), kWords.end(), ascii_lower(text)) != kWords.end();
}

bool is_plain(const std::string& text) {
  if (text.empty() || is_yaml_word(text)) return false;
  if (!is_letter(text[0]) && text[0] != '_' && text[0] != '/') return false;
  return std::all_of(text.begin(), text.end(), [](char letter) {
    return is_letter(letter) || is_digit(letter) ||
           std::string_view("_./+-").find(letter) != std::string_view::npos;
  });
}

/// The number without its sign's `+` and its underscores; nothing if it is not written like a
/// number.
std::optional<std::string> bare_number(const std::string& text) {
  std::string bare;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_') {
      const bool inside =
          i > 0 && i + 1 < text.size() && is_digit(text[i - 1]) && is_digit(text[i + 1]);
      if (!inside) return std::nullopt;
    } else if (!(i == 0 && text[i] == '+')) {
      bare += text[i];
    }
  }
  const size_t first = !bare.empty() && bare[0] == '-' ? 1 : 0;
  const bool number = first < bare.size() && (is_digit(bare[first]) || bare[first] == '.');
  const bool two_signs = first == 1 && text[0] == '+';
  if (!number || two_signs) return std::nullopt;
  return bare;
}

template <class T>
std::optional<T> parse_whole(const std::string& text) {
  T number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace

std::string quote_text(const std::string& text) {
  if (is_plain(text)) return text;
  const auto control = [](char letter) {
    return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
  };
  const bool escape = std::any_of(text.begin(), text.end(), control);
  std::string quoted;
  for (char letter : text) {
    if (escape && control(letter)) {
      quoted += fmt::format("\\x{:02x}", static_cast<int>(letter));
    } else if (escape && (letter == '"' || letter == '\\')) {
      quoted += {'\\', letter};
    } else {
      quoted.append(!escape && letter == '\'' ? 2 : 1, letter);
    }
  }
  return fmt::format("{0}{1}{0}", escape ? '"' : '\'', quoted);
}

std::string integer_text(int64_t number) { return fmt::format("{}", number); }

std::string float_text(double number) {
  if (std::isnan(number)) return ".nan";
  if (std::isinf(number)) return number > 0 ? ".inf" : "-.inf";
  std::string text = fmt::format("{}", number);
  // YAML 1.1 readers take "1e-06" for a string: the fraction must be there.
  if (text.find('.') == std::string::npos) text.insert(std::min(text.find('e'), text.size()), ".0");
  return text;
}

std::optional<double> parse_float(const std::string& text) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (text == ".inf" || text == "+.inf") return kInfinity;
  if (text == "-.inf") return -kInfinity;
  const std::optional<std::string> bare = bare_number(text);
  return bare ? parse_whole<double>(*bare) : std::nullopt;
}

std::optional<int64_t> parse_integer(const std::string& text) {
  const std::optional<std::string> bare = bare_number(text);
  if (!bare) return std::nullopt;
  if (const auto number = parse_whole<int64_t>(*bare)) return number;
  const bool digits_only = bare->find_first_of(".eE") == std::string::npos;
  const std::optional<double> number = parse_float(text);
  if (digits_only || !number || std::abs(*number) > 0x1p53) return std::nullopt;
  if (*number != std::floor(*number)) return std::nullopt;
  return static_cast<int64_t>(*number);
}

}  // namespace twofold::config
