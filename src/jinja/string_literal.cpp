// What stands between quotes, as Python's "unicode-escape" reads it.

#include <fmt/format.h>

#include "jinja/lexer.h"
#include "unicode/character.h"

namespace twofold::jinja {
namespace {

class StringLiteral {
 public:
  StringLiteral(const Source& source, const Token& token)
      : source_(source), token_(token), text_(token.text.substr(1, token.text.size() - 2)) {}

  std::string read() {
    while (at_ < text_.size()) {
      const size_t backslash = std::min(text_.find('\\', at_), text_.size());
      out_ += text_.substr(at_, backslash - at_);
      at_ = backslash;
      if (at_ < text_.size()) escape();
    }
    return std::move(out_);
  }

 private:
  void escape() {
    static constexpr std::string_view kNames = "\\'\"abfnrtv", kMeant = "\\'\"\a\b\f\n\r\t\v";
    ++at_;
    const char c = text_[at_];
    if (static_cast<uint8_t>(c) >= 0x80) return escaped_character();
    ++at_;
    if (const size_t name = kNames.find(c); name != kNames.npos) {
      out_ += kMeant[name];
    } else if (c >= '0' && c <= '7') {
      --at_;
      number(3, 8);
    } else if (c == 'x' || c == 'u' || c == 'U') {
      const size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      if (number(digits, 16) != digits) refuse("an escape with too few digits");
    } else if (c == 'N') {
      refuse("'\\N' is not known to twofold's templates");
    } else if (c != '\n') {  // before a line's end it only joins two lines
      out_ += '\\';
      out_ += c;
    }
  }

  /// Python writes such a character as an escape first, whose backslash this one escapes.
  void escaped_character() {
    const Character one = character_at(text_, at_);
    at_ += one.bytes;
    out_ += one.code < 0x100     ? fmt::format("\\x{:02x}", one.code)
            : one.code < 0x10000 ? fmt::format("\\u{:04x}", one.code)
                                 : fmt::format("\\U{:08x}", one.code);
  }

  static uint32_t digit_of(char c) {
    if (c >= '0' && c <= '9') return static_cast<uint32_t>(c - '0');
    const char small = static_cast<char>(c | 0x20);
    return small >= 'a' && small <= 'f' ? static_cast<uint32_t>(small - 'a' + 10) : 16;
  }

  /// Adds the character of at most `most` digits; returns how many there were.
  size_t number(size_t most, uint32_t base) {
    uint64_t code = 0;
    size_t digits = 0;
    while (digits < most && at_ < text_.size() && digit_of(text_[at_]) < base) {
      code = code * base + digit_of(text_[at_++]);
      ++digits;
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) refuse("an escape of no character");
    append_character(out_, static_cast<uint32_t>(code));
    return digits;
  }

  [[noreturn]] void refuse(std::string what) const {
    source_.refuse(token_.at + 1 + at_, std::move(what));
  }

  const Source& source_;
  const Token& token_;
  std::string_view text_;
  size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string string_of(const Source& source, const Token& token) {
  return StringLiteral(source, token).read();
}

}  // namespace twofold::jinja
