#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "jinja/lexer.h"
#include "jinja/limits.h"
#include "unicode/character.h"
#include "unicode/utf8.h"

namespace twofold::jinja {

Source::Source(std::string_view text, std::string name) : name_(std::move(name)) {
  if (text.size() > kMaxTemplate) {
    fail({.what = "a template that is too long",
          .where = name_,
          .expected = "at most 1 MiB",
          .found = fmt::format("{} bytes", text.size())});
  }
  if (const size_t valid = valid_utf8_prefix(text); valid < text.size()) {
    fail({.what = "a template that is not UTF-8",
          .where = fmt::format("{} (byte {})", name_, valid),
          .expected = "UTF-8 text",
          .found = fmt::format("byte 0x{:02x}", static_cast<uint8_t>(text[valid])),
          .hint = "save it as UTF-8"});
  }
  text_.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    text_ += text[i] == '\r' ? '\n' : text[i];
  }
  if (text_.ends_with('\n')) text_.pop_back();
}

std::string Source::place(size_t at) const {
  const std::string_view before = std::string_view(text_).substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t start = before.rfind('\n') + 1;  // 0 if there is none
  return fmt::format("{}:{}:{}", name_, line, 1 + count_characters(before.substr(start)));
}

void Source::refuse(size_t at, std::string what) const {
  fail({.what = std::move(what), .where = place(at)});
}

std::string shown(const Token& token) {
  switch (token.kind) {
    case TokenKind::kEnd:
      return "the end of the template";
    case TokenKind::kBlockEnd:
      return "the end of the statement";
    case TokenKind::kVariableEnd:
      return "the end of the expression";
    case TokenKind::kData:
      return "text";
    default:
      return fmt::format("'{}'", token.text.substr(0, 60));
  }
}

}  // namespace twofold::jinja
