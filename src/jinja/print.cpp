#include "jinja/print.h"

#include <fmt/format.h>

#include <cmath>

#include "jinja/call.h"
#include "unicode/character.h"

namespace twofold::jinja {
namespace {

void print_escaped(std::string& out, uint32_t code, char quote) {
  switch (code) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\\':
      out += "\\\\";
      return;
    default:
      break;
  }
  if (code == static_cast<uint32_t>(quote)) {
    out += '\\';
    out += quote;
  } else if (is_printable(code)) {
    append_character(out, code);
  } else {
    out += code < 0x100     ? fmt::format("\\x{:02x}", code)
           : code < 0x10000 ? fmt::format("\\u{:04x}", code)
                            : fmt::format("\\U{:08x}", code);
  }
}

void print_quoted(std::string& out, std::string_view text) {
  const bool apostrophe = text.find('\'') != text.npos;
  const char quote = apostrophe && text.find('"') == text.npos ? '"' : '\'';
  out += quote;
  for (size_t at = 0; at < text.size();) {
    const Character one = character_at(text, at);
    print_escaped(out, one.code, quote);
    at += one.bytes;
  }
  out += quote;
}

void print_items(Heap& heap, std::string& out, const List& list, const char* open,
                 const char* close) {
  out += open;
  for (size_t i = 0; i < list.items.size(); ++i) {
    if (i > 0) out += ", ";
    print_repr(heap, out, list.items[i]);
  }
  out += close;
}

void print_entries(Heap& heap, std::string& out, const Dict& dict) {
  out += '{';
  for (size_t i = 0; i < dict.entries.size(); ++i) {
    if (i > 0) out += ", ";
    print_repr(heap, out, dict.entries[i].first);
    out += ": ";
    print_repr(heap, out, dict.entries[i].second);
  }
  out += '}';
}

void print_list(Heap& heap, std::string& out, const Value& value) {
  const List& list = *value.list;
  if (value.is(Kind::kTuple)) {
    print_items(heap, out, list, "(", list.items.size() == 1 ? ",)" : ")");
  } else if (value.is(Kind::kRange)) {
    out += list.name;
  } else if (value.is(Kind::kView)) {
    out += list.name;
    print_items(heap, out, list, "([", "])");
  } else {
    print_items(heap, out, list, "[", "]");
  }
}

}  // namespace

std::string float_text(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  std::string text = fmt::format("{}", number);
  if (text.find_first_of(".e") == text.npos) text += ".0";
  return text;
}

void print(Heap& heap, std::string& out, const Value& value) {
  if (value.is_text()) {
    heap.step(value.bytes().size() / 32);
    out += value.bytes();
  } else if (!value.is_undefined()) {
    print_repr(heap, out, value);
  }
  heap.check_size(out.size());
}

void print_repr(Heap& heap, std::string& out, const Value& value) {
  heap.step();
  heap.check_size(out.size());
  switch (value.kind) {
    case Kind::kUndefined:
      out += "Undefined";
      return;
    case Kind::kNone:
      out += "None";
      return;
    case Kind::kBool:
      out += value.flag ? "True" : "False";
      return;
    case Kind::kInt:
      out += std::to_string(value.integer);
      return;
    case Kind::kFloat:
      out += float_text(value.real);
      return;
    case Kind::kText:
      print_quoted(out, value.bytes());
      return;
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kRange:
    case Kind::kView:
      print_list(heap, out, value);
      return;
    case Kind::kDict:
      print_entries(heap, out, *value.dict);
      return;
    default:
      refuse(fmt::format("a value of type {} has no text", type_name(value)));
  }
}

Value to_text(Heap& heap, const Value& value) {
  if (value.is_text()) return value;
  std::string text;
  print(heap, text, value);
  return heap.text(text);
}

std::string escaped(const Text& text) {
  if (text.safe) return std::string(text.bytes);
  std::string out;
  for (const char c : text.bytes) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&#34;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace twofold::jinja
