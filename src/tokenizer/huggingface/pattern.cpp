#include "tokenizer/huggingface/pattern.h"

#include <fmt/format.h>

#include <cctype>
#include <string_view>

namespace twofold::hf {
namespace {

/// Members of Oniguruma's \w: what is alphabetic (circled and squared letters too), marks, digits,
/// connectors.
constexpr std::string_view kWordClass =
    R"(\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{24b6}-\x{24e9})"
    R"(\x{1f130}-\x{1f149}\x{1f150}-\x{1f169}\x{1f170}-\x{1f189})";
/// Outside a class it also takes the fractions and raised digits of Latin-1.
constexpr std::string_view kLatinWord = R"(\x{b2}\x{b3}\x{b9}\x{bc}-\x{be})";

/// General categories, which both have under the same names, and the scripts that both can tell:
/// PCRE2 by `sc:` (without it, it takes characters that several scripts share for each of them).
constexpr std::string_view kCategories =
    " L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc "
    "Cf "
    "Co Cn ";
constexpr std::string_view kScripts = " Greek Han Hangul Hebrew Hiragana Katakana Latin Thai ";

/// Rewrites a pattern from left to right.
class Translator {
 public:
  Translator(const std::string& pattern, const JsonReader& node) : pattern_(pattern), node_(node) {}

  std::string run() {
    while (at_ < pattern_.size()) step();
    return std::move(out_);
  }

 private:
  void step() {
    const char c = pattern_[at_];
    if (c == '\\') return escape();
    if (in_class_) return class_member(c);
    if (c == '[') return open_class();
    if (c == '{' && interval()) return;
    // In Oniguruma's syntax the anchors are those of lines.
    if (c == '^' || c == '$') {
      out_ += fmt::format("(?m:{})", c);
    } else {
      out_ += c;
    }
    ++at_;
  }

  void open_class() {
    in_class_ = true;
    out_ += '[';
    ++at_;
    if (next() == '^') out_ += pattern_[at_++];
    if (next() == ']') refuse("]");
  }

  void class_member(char c) {
    if (c == '[') refuse("[ inside a class");
    if (c == '&' && pattern_.compare(at_, 2, "&&") == 0) refuse("&&");
    if (c == ']') in_class_ = false;
    out_ += c;
    ++at_;
  }

  void escape() {
    ++at_;
    if (at_ == pattern_.size()) refuse("\\ at the end");
    const char c = pattern_[at_++];
    if (c == 'p' || c == 'P') return property(c);
    if (c == 'w') {
      out_ += in_class_ ? std::string(kWordClass) : fmt::format("[{}{}]", kWordClass, kLatinWord);
    } else if (c == 'W' && !in_class_) {
      out_ += fmt::format("[^{}{}]", kWordClass, kLatinWord);
    } else if (std::string_view("hHbBKGRXyYNO").find(c) != std::string_view::npos ||
               (in_class_ && (c == 'S' || c == 'W'))) {
      refuse(fmt::format("\\{}{}", c, in_class_ ? " inside a class" : ""));
    } else {
      out_ += '\\';
      out_ += c;
    }
  }

  /// \p{…} and \P{…}, the first also as \p{^…}.
  void property(char letter) {
    const size_t end = pattern_.find('}', at_);
    if (next() != '{' || end == pattern_.npos) refuse(fmt::format("\\{} without a name", letter));
    const std::string name = pattern_.substr(at_ + 1, end - at_ - 1);
    const bool negated = name.starts_with('^');
    const std::string plain = name.substr(negated ? 1 : 0), padded = " " + plain + " ";
    const bool is_script = kScripts.find(padded) != kScripts.npos;
    if (plain.empty() || (!is_script && kCategories.find(padded) == kCategories.npos)) {
      refuse(fmt::format("\\{}{{{}}}", letter, name));
    }
    out_ +=
        fmt::format("\\{}{{{}{}{}}}", letter, negated ? "^" : "", is_script ? "sc:" : "", plain);
    at_ = end + 1;
  }

  /// {n}, {n,} or {n,m}. A + after it repeats it in Oniguruma; in PCRE2 it would be possessive.
  bool interval() {
    const size_t end = pattern_.find('}', at_);
    if (end == pattern_.npos) return false;
    const std::string body = pattern_.substr(at_ + 1, end - at_ - 1);
    for (char c : body) {
      if (!std::isdigit(static_cast<unsigned char>(c)) && c != ',') return false;
    }
    const char after = end + 1 < pattern_.size() ? pattern_[end + 1] : '\0';
    if (body.empty() || body[0] == ',' || after == '?') refuse("{" + body + "}" + after);
    at_ = end + 1;
    if (after != '+') {
      out_ += "{" + body + "}";
      return true;
    }
    const bool from_one = body == "1" || body.starts_with("1,");
    if (!from_one && !body.starts_with("0,")) refuse("{" + body + "}+");
    out_ += from_one ? '+' : '*';
    ++at_;
    return true;
  }

  char next() const { return at_ < pattern_.size() ? pattern_[at_] : '\0'; }

  [[noreturn]] void refuse(const std::string& what) const {
    node_.refuse(fmt::format("unsupported in a pattern: {}", what),
                 "a pattern that Oniguruma and PCRE2 read alike", pattern_);
  }

  const std::string& pattern_;
  const JsonReader& node_;
  size_t at_ = 0;
  bool in_class_ = false;
  std::string out_;
};

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::optional<std::string> literal_pattern(const JsonReader& node) {
  if (auto literal = node.find("String")) return literal->text();
  return std::nullopt;
}

std::string read_pattern(const JsonReader& node) {
  if (auto literal = literal_pattern(node)) return escaped(*literal);
  const JsonReader regex = node.at("Regex");
  const std::string pattern = regex.text();
  return Translator(pattern, regex).run();
}

}  // namespace twofold::hf
