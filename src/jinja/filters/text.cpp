// Filters that make text.

#include <fmt/format.h>

#include "jinja/access.h"
#include "jinja/compare.h"
#include "jinja/filters/filters.h"
#include "jinja/iterate.h"
#include "jinja/methods/methods.h"
#include "jinja/operators.h"
#include "jinja/print.h"
#include "unicode/character.h"

namespace twofold::jinja {
namespace {

template <Case letters>
Value in_letters(const Call& call) {
  const Parameters none(call, {});
  return call.heap.text(in_case(to_text(call.heap, call.self).bytes(), letters));
}

/// Words as this filter cuts them begin at space, brackets and dashes only.
Value title(const Call& call) {
  const Parameters none(call, {});
  const std::string text(to_text(call.heap, call.self).bytes());
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const auto cuts = [&](size_t i) {
      const uint32_t code = character_at(text, i).code;
      return is_space(code) ||
             (code < 0x80 &&
              std::string_view("-({[<").find(static_cast<char>(code)) != std::string_view::npos);
    };
    const bool separator = cuts(at);
    size_t end = at;
    while (end < text.size() && cuts(end) == separator) end += character_at(text, end).bytes;
    const std::string_view word = std::string_view(text).substr(at, end - at);
    const size_t first = character_at(word, 0).bytes;
    out += in_case(word.substr(0, first), Case::kUpper) + in_case(word.substr(first), Case::kLower);
    at = end;
  }
  return call.heap.text(out);
}

Value trim(const Call& call) {
  const Parameters given(call, {"chars"});
  const bool some = given.has(0) && !given[0].is(Kind::kNone);
  const Value text = to_text(call.heap, call.self);
  return strip(call.heap, *text.text, Side::kBoth, some ? &given.text(0) : nullptr);
}

Value replace(const Call& call) {
  const Parameters given(call, {"old", "new", "count"}, 2);
  const bool all = !given.has(2) || given[2].is(Kind::kNone);
  const Value text = to_text(call.heap, call.self), old = to_text(call.heap, given[0]);
  return replaced(call.heap, text.bytes(), old.bytes(), to_text(call.heap, given[1]).bytes(),
                  all ? -1 : given.integer(2, -1));
}

Value join(const Call& call) {
  const Parameters given(call, {"d", "attribute"});
  std::string between, out;
  if (given.has(0)) print(call.heap, between, given[0]);
  bool first = true;
  Iteration items(call.heap, call.self);
  for (Value item; items.next(item); first = false) {
    if (given.has(1) && !given[1].is(Kind::kNone)) item = path_item(call.heap, item, given[1]);
    if (!first) out += between;
    print(call.heap, out, item);
  }
  return call.heap.text(out);
}

Value indent(const Call& call) {
  const Parameters given(call, {"width", "first", "blank"});
  if (!call.self.is_text()) refuse(fmt::format("'indent' of a {}", type_name(call.self)));
  std::string margin;
  if (given.has(0) && given[0].is_text()) {
    margin = given[0].bytes();
  } else {
    const int64_t width = given.integer(0, 4);
    call.heap.check_size(width < 0 ? 0 : static_cast<size_t>(width));
    margin.assign(width < 0 ? 0 : static_cast<size_t>(width), ' ');
  }
  std::string out = given.flag(1, false) ? margin : "";
  bool first = true;
  const std::string text = std::string(call.self.bytes()) + "\n";
  for (const std::string_view line : lines_of(text)) {
    if (!first) out += "\n";
    if (!first && (!line.empty() || given.flag(2, false))) out += margin;
    out += line;
    first = false;
    call.heap.check_size(out.size());
  }
  return call.heap.text(out);
}

Value center(const Call& call) {
  const Parameters given(call, {"width"});
  const Arguments width{.places = {Value::of(given.integer(0, 80))}};
  return call_function(call.heap, *find_text_method("center"), to_text(call.heap, call.self),
                       width);
}

Value string(const Call& call) {
  const Parameters none(call, {});
  return to_text(call.heap, call.self);
}

Value safe(const Call& call) {
  const Parameters none(call, {});
  return call.heap.text(to_text(call.heap, call.self).bytes(), true);
}

Value format(const Call& call) {
  const Value text = to_text(call.heap, call.self);
  if (call.given.names.empty()) {
    return percent(call.heap, *text.text, call.heap.list(Kind::kTuple, call.given.places));
  }
  if (!call.given.places.empty()) refuse("'format' takes values with or without names, not both");
  Dict& values = call.heap.dict();
  for (const auto& [name, value] : call.given.names) {
    call.heap.put(values, call.heap.text(name), value);
  }
  return percent(call.heap, *text.text, Value::of(values));
}

Value wordcount(const Call& call) {
  const Parameters none(call, {});
  const Value text = to_text(call.heap, call.self);
  if (!text.text->ascii()) refuse("'wordcount' of a text that is not ASCII");
  int64_t words = 0;
  bool inside = false;
  for (const char c : text.bytes()) {
    const bool word = c == '_' || is_letter(static_cast<uint8_t>(c)) || (c >= '0' && c <= '9');
    words += word && !inside;
    inside = word;
  }
  return Value::of(words);
}

/// The separators of JSON: two texts.
void set_separators(JsonStyle& style, const Value& given) {
  if (given.is(Kind::kNone)) return;
  const bool is_pair = (given.is(Kind::kTuple) || given.is(Kind::kList)) &&
                       given.list->items.size() == 2 && given.list->items[0].is_text() &&
                       given.list->items[1].is_text();
  if (!is_pair) refuse("'separators' of 'tojson' are two texts");
  style.item_separator = given.list->items[0].bytes();
  style.key_separator = given.list->items[1].bytes();
}

Value tojson(const Call& call) {
  const Parameters given(call, {"ensure_ascii", "indent", "separators", "sort_keys"});
  JsonStyle style{.ascii = given.flag(0, false)};
  if (given.has(1) && given[1].is_text()) {
    style.indent = given[1].bytes();
  } else if (given.has(1) && !given[1].is(Kind::kNone)) {
    const auto width = static_cast<size_t>(std::max<int64_t>(given.integer(1, 0), 0));
    call.heap.check_size(width);
    style.indent = std::string(width, ' ');
  }
  if (style.indent) style.item_separator = ",";
  if (given.has(2)) set_separators(style, given[2]);
  style.sort_keys = given.flag(3, false);
  std::string out;
  print_json(call.heap, out, call.self, style);
  return call.heap.text(out);
}

constexpr Function kTextFilters[] = {{"upper", in_letters<Case::kUpper>},
                                     {"lower", in_letters<Case::kLower>},
                                     {"capitalize", in_letters<Case::kCapitalized>},
                                     {"title", title},
                                     {"trim", trim},
                                     {"replace", replace},
                                     {"join", join},
                                     {"indent", indent},
                                     {"center", center},
                                     {"string", string},
                                     {"safe", safe},
                                     {"format", format},
                                     {"wordcount", wordcount},
                                     {"tojson", tojson}};

}  // namespace

std::span<const Function> text_filters() { return kTextFilters; }

}  // namespace twofold::jinja
