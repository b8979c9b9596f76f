#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "jinja/compare.h"
#include "jinja/print.h"
#include "unicode/character.h"

namespace twofold::jinja {
namespace {

using Entry = std::pair<Value, Value>;

class JsonPrinter {
 public:
  JsonPrinter(Heap& heap, std::string& out, const JsonStyle& style)
      : heap_(heap), out_(out), style_(style) {}

  void print(const Value& value) {
    heap_.step();
    heap_.check_size(out_.size());
    if (value.is_text()) return quote(value.bytes());
    if (value.is(Kind::kDict)) return print_dict(*value.dict);
    if (value.is(Kind::kList) || value.is(Kind::kTuple)) return print_list(*value.list);
    out_ += scalar(value);
  }

 private:
  static std::string real(double number) {
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
    return float_text(number);
  }

  static std::string scalar(const Value& value) {
    switch (value.kind) {
      case Kind::kNone:
        return "null";
      case Kind::kBool:
        return value.flag ? "true" : "false";
      case Kind::kInt:
        return std::to_string(value.integer);
      case Kind::kFloat:
        return real(value.real);
      default:
        refuse(fmt::format("a value of type {} has no JSON", type_name(value)));
    }
  }

  void quote_character(uint32_t code) {
    static constexpr std::string_view kNamed = "\"\\\b\f\n\r\t", kNames = "\"\\bfnrt";
    const size_t named = code < 0x80 ? kNamed.find(static_cast<char>(code)) : kNamed.npos;
    if (named != kNamed.npos) {
      out_ += '\\';
      out_ += kNames[named];
    } else if (code < 0x20 || (style_.ascii && code >= 0x7F && code < 0x10000)) {
      out_ += fmt::format("\\u{:04x}", code);
    } else if (style_.ascii && code >= 0x10000) {
      const uint32_t rest = code - 0x10000;
      out_ += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 | rest >> 10, 0xDC00 | (rest & 0x3FF));
    } else {
      append_character(out_, code);
    }
  }

  void quote(std::string_view text) {
    out_ += '"';
    for (size_t at = 0; at < text.size();) {
      const Character one = character_at(text, at);
      quote_character(one.code);
      at += one.bytes;
    }
    out_ += '"';
    heap_.step(text.size() / 32);
  }

  void key(const Value& name) {
    if (name.is_text()) return quote(name.bytes());
    quote(scalar(name));
  }

  void line_break() {
    if (!style_.indent) return;
    out_ += '\n';
    for (size_t i = 0; i < level_; ++i) out_ += *style_.indent;
    heap_.check_size(out_.size());
  }

  /// `count` parts between brackets.
  template <class Part>
  void print_parts(char open, char close, size_t count, Part part) {
    out_ += open;
    ++level_;
    for (size_t i = 0; i < count; ++i) {
      if (i > 0) out_ += style_.item_separator;
      line_break();
      part(i);
    }
    --level_;
    if (count > 0) line_break();
    out_ += close;
  }

  void print_list(const List& list) {
    print_parts('[', ']', list.items.size(), [&](size_t i) { print(list.items[i]); });
  }

  void print_dict(const Dict& dict) {
    std::vector<Entry> entries(dict.entries.begin(), dict.entries.end());
    if (style_.sort_keys) {
      std::ranges::stable_sort(
          entries, [&](const Value& a, const Value& b) { return less(heap_, a, b); },
          &Entry::first);
    }
    print_parts('{', '}', entries.size(), [&](size_t i) {
      key(entries[i].first);
      out_ += style_.key_separator;
      print(entries[i].second);
    });
  }

  Heap& heap_;
  std::string& out_;
  const JsonStyle& style_;
  size_t level_ = 0;
};

}  // namespace

void print_json(Heap& heap, std::string& out, const Value& value, const JsonStyle& style) {
  JsonPrinter(heap, out, style).print(value);
}

}  // namespace twofold::jinja
