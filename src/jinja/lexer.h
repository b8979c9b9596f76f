#pragma once
// A template's text, cut into tokens: trim_blocks and lstrip_blocks are on, as transformers has
// them.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace twofold::jinja {

enum class TokenKind : uint8_t {
  kData,
  kVariableBegin,
  kVariableEnd,
  kBlockBegin,
  kBlockEnd,
  kName,
  kString,
  kInteger,
  kFloat,
  kOperator,
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  size_t at = 0;               ///< byte of the template
  std::string_view text = {};  ///< as it stands there; of data: what is left of it
};

/// A template's text with its name; what is wrong in it is told with line and column.
class Source {
 public:
  /// Line breaks become \n, and the last one is dropped. An Error for text that is not UTF-8.
  Source(std::string_view text, std::string name);
  std::string_view text() const { return text_; }
  const std::string& name() const { return name_; }
  std::string place(size_t at) const;  ///< "chat_template.jinja:3:14"
  [[noreturn]] void refuse(size_t at, std::string what) const;

 private:
  std::string text_, name_;
};

/// All tokens, the last of which is kEnd. An Error for what is no token.
std::vector<Token> tokenize(const Source& source);
/// What a token of kind kString means.
std::string string_of(const Source& source, const Token& token);
/// How a token is named in errors.
std::string shown(const Token& token);

}  // namespace twofold::jinja
