#include "jinja/lexer.h"

#include <fmt/format.h>

#include "jinja/token_ends.h"
#include "unicode/character.h"

namespace twofold::jinja {
namespace {

/// Bytes of white space at the end of `text`.
std::string_view without_space_at_end(std::string_view text) {
  while (!text.empty()) {
    size_t start = text.size() - 1;
    while (start > 0 && (text[start] & 0xC0) == 0x80) --start;
    if (!is_space(character_at(text, start).code)) break;
    text = text.substr(0, start);
  }
  return text;
}

class Lexer {
 public:
  explicit Lexer(const Source& source) : source_(source), text_(source.text()) {}

  std::vector<Token> run() {
    while (at_ < text_.size()) {
      const size_t tag = next_tag();
      if (tag == text_.npos) {
        put(TokenKind::kData, at_, text_.substr(at_));
        at_ = text_.size();
        break;
      }
      read_tag(tag);
    }
    put(TokenKind::kEnd, text_.size(), "");
    return std::move(tokens_);
  }

 private:
  void put(TokenKind kind, size_t at, std::string_view text) {
    if (kind != TokenKind::kData || !text.empty()) tokens_.push_back({kind, at, text});
  }

  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void skip_space() {
    while (at_ < text_.size()) {
      const Character one = character_at(text_, at_);
      if (!is_space(one.code)) break;
      at_ += one.bytes;
    }
  }

  /// Where the next {{, {% or {# is.
  size_t next_tag() const {
    for (size_t found = text_.find('{', at_); found != text_.npos;
         found = text_.find('{', found + 1)) {
      const char next = found + 1 < text_.size() ? text_[found + 1] : '\0';
      if (next == '{' || next == '%' || next == '#') return found;
    }
    return text_.npos;
  }

  /// The text before a tag that begins at `tag`, which may take some of it away.
  std::string_view before_tag(size_t tag, char sign, bool variable) const {
    const std::string_view data = text_.substr(at_, tag - at_);
    if (sign == '-') return without_space_at_end(data);
    if (sign == '+' || variable) return data;
    const size_t line = data.rfind('\n') + 1;
    if (line == 0 && !line_starts_) return data;
    const std::string_view rest = data.substr(line);
    return without_space_at_end(rest).empty() ? data.substr(0, line) : data;
  }

  void read_tag(size_t tag) {
    const char kind = text_[tag + 1];
    const char sign = tag + 2 < text_.size() ? text_[tag + 2] : '\0';
    const bool signed_ = sign == '-' || sign == '+';
    put(TokenKind::kData, at_, before_tag(tag, sign, kind == '{'));
    at_ = tag + (signed_ ? 3 : 2);
    line_starts_ = false;
    if (kind == '#') return skip_comment(tag);
    if (kind == '%' && begins_raw()) return read_raw(tag);
    put(kind == '{' ? TokenKind::kVariableBegin : TokenKind::kBlockBegin, tag,
        text_.substr(tag, 2));
    read_code(tag, kind == '{');
  }

  void skip_comment(size_t tag) {
    const size_t end = text_.find("#}", at_);
    if (end == text_.npos) source_.refuse(tag, "a comment without an end");
    const char sign = end > at_ ? text_[end - 1] : '\0';
    at_ = end + 2;
    close_block(sign);
  }

  /// What the end of a block takes away behind it.
  void close_block(char sign) {
    if (sign == '-') {
      const size_t before = at_;
      skip_space();
      line_starts_ = at_ > before && text_[at_ - 1] == '\n';
    } else if (sign != '+' && peek() == '\n') {
      ++at_;
      line_starts_ = true;
    }
  }

  bool word_ahead(size_t& at, std::string_view word) const {
    while (at < text_.size() && is_space(character_at(text_, at).code)) {
      at += character_at(text_, at).bytes;
    }
    if (!text_.substr(at).starts_with(word)) return false;
    at += word.size();
    while (at < text_.size() && is_space(character_at(text_, at).code)) {
      at += character_at(text_, at).bytes;
    }
    return true;
  }

  /// Steps over "raw %}" if it is there.
  bool begins_raw() {
    size_t at = at_;
    if (!word_ahead(at, "raw")) return false;
    const bool strips = text_.substr(at).starts_with("-%}");
    if (!strips && !text_.substr(at).starts_with("%}")) return false;
    at_ = at + (strips ? 3 : 2);
    if (strips) skip_space();
    line_starts_ = at_ > 0 && text_[at_ - 1] == '\n';
    return true;
  }

  void read_raw(size_t tag) {
    for (size_t found = text_.find("{%", at_); found != text_.npos;
         found = text_.find("{%", found + 1)) {
      size_t at = found + 2;
      const char sign = at < text_.size() ? text_[at] : '\0';
      if (sign == '-' || sign == '+') ++at;
      if (!word_ahead(at, "endraw")) continue;
      const char end = at < text_.size() ? text_[at] : '\0';
      if (end == '-' || end == '+') ++at;
      if (!text_.substr(at).starts_with("%}")) continue;
      put(TokenKind::kData, at_, before_tag(found, sign, false));
      at_ = at + 2;
      line_starts_ = false;
      return close_block(end);
    }
    source_.refuse(tag, "'raw' without an 'endraw'");
  }

  /// Whether the tag ends here, outside of all brackets; steps over its end.
  bool ends(bool variable) {
    const std::string_view end = variable ? "}}" : "%}";
    const char sign = peek();
    const bool signed_ = sign == '-' || (sign == '+' && !variable);
    if (!text_.substr(at_ + (signed_ ? 1 : 0)).starts_with(end)) return false;
    put(variable ? TokenKind::kVariableEnd : TokenKind::kBlockEnd, at_, end);
    at_ += signed_ ? 3 : 2;
    if (!variable || sign == '-') close_block(sign);
    return true;
  }

  void read_code(size_t tag, bool variable) {
    brackets_.clear();
    while (at_ < text_.size()) {
      if (brackets_.empty() && ends(variable)) return;
      read_token();
    }
    source_.refuse(tag, variable ? "'{{' without an end" : "'{%' without an end");
  }

  void read_token() {
    const char c = peek();
    if (is_space(character_at(text_, at_).code)) return skip_space();
    if (is_digit_character(c)) return read_number();
    if (starts_name(c)) return take(TokenKind::kName, name_end(text_, at_));
    if (c == '"' || c == '\'') return read_string();
    read_operator();
  }

  /// A token from here to `end`; an Error if that is no token.
  void take(TokenKind kind, size_t end) {
    put(kind, at_, text_.substr(at_, end - at_));
    at_ = end;
  }

  void read_number() {
    bool real = false;
    const size_t end = number_end(text_, at_, real);
    take(real ? TokenKind::kFloat : TokenKind::kInteger, end);
  }

  void read_string() {
    const size_t end = string_end(text_, at_);
    if (end == text_.npos) source_.refuse(at_, "a string without an end");
    take(TokenKind::kString, end);
  }

  void read_operator() {
    const size_t end = operator_end(text_, at_);
    if (end == at_) {
      source_.refuse(at_, fmt::format("an unexpected '{}'",
                                      text_.substr(at_, character_at(text_, at_).bytes)));
    }
    balance(peek());
    take(TokenKind::kOperator, end);
  }

  void balance(char c) {
    static constexpr std::string_view kOpen = "([{", kClose = ")]}";
    if (const size_t open = kOpen.find(c); open != kOpen.npos) brackets_ += kClose[open];
    if (kClose.find(c) == kClose.npos) return;
    if (brackets_.empty() || brackets_.back() != c) {
      source_.refuse(at_, fmt::format("an unexpected '{}'", c));
    }
    brackets_.pop_back();
  }

  const Source& source_;
  std::string_view text_;
  size_t at_ = 0;
  bool line_starts_ = true;
  std::string brackets_;  // that are open, as what closes them
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(const Source& source) { return Lexer(source).run(); }

}  // namespace twofold::jinja
