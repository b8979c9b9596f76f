#include <fmt/format.h>

#include <algorithm>

#include "jinja/compare.h"
#include "jinja/iterate.h"
#include "jinja/methods/methods.h"
#include "unicode/character.h"

namespace twofold::jinja {
namespace {

Value strip_method(const Call& call, Side side) {
  const Parameters given(call, {"chars"});
  const bool some = given.has(0) && !given[0].is(Kind::kNone);
  return strip(call.heap, *call.self.text, side, some ? &given.text(0) : nullptr);
}

Value text_strip(const Call& call) { return strip_method(call, Side::kBoth); }
Value text_lstrip(const Call& call) { return strip_method(call, Side::kLeft); }
Value text_rstrip(const Call& call) { return strip_method(call, Side::kRight); }

template <Case letters>
Value text_case(const Call& call) {
  const Parameters none(call, {});
  return call.heap.text(in_case(call.self.bytes(), letters));
}

Value text_replace(const Call& call) {
  const Parameters given(call, {"old", "new", "count"}, 2);
  return replaced(call.heap, call.self.bytes(), given.text(0).bytes, given.text(1).bytes,
                  given.integer(2, -1));
}

Value text_join(const Call& call) {
  const Parameters given(call, {"iterable"}, 1);
  std::string out;
  bool first = true;
  Iteration items(call.heap, given[0]);
  for (Value item; items.next(item); first = false) {
    if (!item.is_text()) refuse(fmt::format("'join' takes texts, not {}", type_name(item)));
    if (!first) out += call.self.bytes();
    out += item.bytes();
    call.heap.check_size(out.size());
  }
  return call.heap.text(out);
}

Value text_splitlines(const Call& call) {
  const Parameters given(call, {"keepends"});
  List& lines = call.heap.list();
  for (const std::string_view line : lines_of(call.self.bytes(), given.flag(0, false))) {
    call.heap.push(lines, call.heap.text_of_kept(line));
  }
  return Value::of(lines);
}

template <bool prefix>
Value text_remove(const Call& call) {
  const Parameters given(call, {"affix"}, 1);
  std::string_view text = call.self.bytes();
  const std::string_view part = given.text(0).bytes;
  if (prefix && text.starts_with(part)) text.remove_prefix(part.size());
  if (!prefix && text.ends_with(part)) text.remove_suffix(part.size());
  return call.heap.text_of_kept(text);
}

template <bool (*kind)(uint32_t)>
Value text_is(const Call& call) {
  const Parameters none(call, {});
  return Value::of(is_all(call.self.bytes(), kind));
}

template <bool upper>
Value text_is_in_case(const Call& call) {
  const Parameters none(call, {});
  return Value::of(is_in_case(call.self.bytes(), upper));
}

Value text_is_ascii(const Call& call) { return Value::of(call.self.text->ascii()); }

template <int sides>  // 0: text on the left, 1: on the right, 2: in the middle
Value text_pad(const Call& call) {
  const Parameters given(call, {"width", "fillchar"}, 1);
  const Text& text = *call.self.text;
  const std::string fill(given.has(1) ? given.text(1).bytes : " ");
  if (count_characters(fill) != 1) refuse("a text is filled up with one character");
  const auto width = static_cast<size_t>(std::max<int64_t>(given.integer(0, 0), 0));
  call.heap.check_size(width);
  const size_t space = width > text.characters ? width - text.characters : 0;
  const size_t before = sides == 0 ? 0 : sides == 1 ? space : space / 2 + (space & width & 1);
  std::string out;
  for (size_t i = 0; i < before; ++i) out += fill;
  out += text.bytes;
  for (size_t i = before; i < space; ++i) out += fill;
  return call.heap.text(out);
}

constexpr Function kTextMethods[] = {{"strip", text_strip},
                                     {"lstrip", text_lstrip},
                                     {"rstrip", text_rstrip},
                                     {"split", text_split},
                                     {"rsplit", text_rsplit},
                                     {"splitlines", text_splitlines},
                                     {"join", text_join},
                                     {"replace", text_replace},
                                     {"startswith", text_starts_with},
                                     {"endswith", text_ends_with},
                                     {"find", text_find},
                                     {"rfind", text_rfind},
                                     {"index", text_index},
                                     {"rindex", text_rindex},
                                     {"count", text_count},
                                     {"upper", text_case<Case::kUpper>},
                                     {"lower", text_case<Case::kLower>},
                                     {"capitalize", text_case<Case::kCapitalized>},
                                     {"title", text_case<Case::kTitle>},
                                     {"swapcase", text_case<Case::kSwapped>},
                                     {"removeprefix", text_remove<true>},
                                     {"removesuffix", text_remove<false>},
                                     {"isspace", text_is<is_space>},
                                     {"isalpha", text_is<is_letter>},
                                     {"isdecimal", text_is<is_digit>},
                                     {"isupper", text_is_in_case<true>},
                                     {"islower", text_is_in_case<false>},
                                     {"isascii", text_is_ascii},
                                     {"ljust", text_pad<0>},
                                     {"rjust", text_pad<1>},
                                     {"center", text_pad<2>},
                                     {"format", text_format},
                                     {"isdigit", nullptr},
                                     {"isalnum", nullptr},
                                     {"isnumeric", nullptr},
                                     {"isidentifier", nullptr},
                                     {"isprintable", nullptr},
                                     {"istitle", nullptr},
                                     {"casefold", nullptr},
                                     {"encode", nullptr},
                                     {"expandtabs", nullptr},
                                     {"format_map", nullptr},
                                     {"maketrans", nullptr},
                                     {"partition", nullptr},
                                     {"rpartition", nullptr},
                                     {"translate", nullptr},
                                     {"zfill", nullptr}};

bool holds(const Text* characters, std::string_view one, uint32_t code) {
  return characters ? characters->bytes.find(one) != std::string_view::npos : is_space(code);
}

}  // namespace

const Function* find_text_method(std::string_view name) {
  return find_function(kTextMethods, name);
}

Value strip(Heap& heap, const Text& text, Side side, const Text* characters) {
  // Each character may be looked for in all of `characters`.
  if (characters) heap.step(text.bytes.size() / 8 * (characters->bytes.size() / 64 + 1));
  std::string_view rest = text.bytes;
  while (side != Side::kRight && !rest.empty()) {
    const auto [code, bytes] = character_at(rest, 0);
    if (!holds(characters, rest.substr(0, bytes), code)) break;
    rest.remove_prefix(bytes);
  }
  while (side != Side::kLeft && !rest.empty()) {
    size_t at = rest.size() - 1;
    while ((rest[at] & 0xC0) == 0x80) --at;
    if (!holds(characters, rest.substr(at), character_at(rest, at).code)) break;
    rest = rest.substr(0, at);
  }
  return heap.text_of_kept(rest);
}

Value replaced(Heap& heap, std::string_view text, std::string_view old, std::string_view by,
               int64_t most) {
  heap.step_for_search(text, old);
  std::string out;
  size_t at = 0;
  for (size_t count = 0; most < 0 || count < static_cast<size_t>(most); ++count) {
    const size_t found = text.find(old, at);
    if (found == text.npos) break;
    out.append(text.substr(at, found - at)).append(by);
    heap.check_size(out.size());
    at = found + old.size();
    if (!old.empty()) continue;
    if (at == text.size()) break;  // an empty text is found before each character and at the end
    const size_t bytes = character_at(text, at).bytes;
    out.append(text.substr(at, bytes));
    at += bytes;
  }
  return heap.text(out.append(text.substr(std::min(at, text.size()))));
}

std::vector<std::string_view> lines_of(std::string_view text, bool with_ends) {
  std::vector<std::string_view> lines;
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    const auto [code, bytes] = character_at(text, at);
    const size_t end = at;
    at += bytes;
    const bool ends = (code >= 0x0A && code <= 0x0D) || (code >= 0x1C && code <= 0x1E) ||
                      code == 0x85 || code == 0x2028 || code == 0x2029;
    if (!ends) continue;
    if (code == '\r' && at < text.size() && text[at] == '\n') ++at;
    lines.push_back(text.substr(begin, (with_ends ? at : end) - begin));
    begin = at;
  }
  if (begin < text.size()) lines.push_back(text.substr(begin));
  return lines;
}

}  // namespace twofold::jinja
