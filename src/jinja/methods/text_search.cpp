#include <fmt/format.h>

#include <algorithm>

#include "jinja/compare.h"
#include "jinja/methods/methods.h"
#include "unicode/character.h"

namespace twofold::jinja {
namespace {

/// The part of the text between the arguments `start` and `end`, in characters as Python counts.
struct Window {
  std::string_view part;
  size_t before;  ///< characters in front of it
};

size_t byte_at(std::string_view text, size_t characters) {
  size_t at = 0;
  for (; characters > 0 && at < text.size(); --characters) at += character_at(text, at).bytes;
  return at;
}

std::optional<Window> window_of(const Call& call, const Parameters& given) {
  const Text& text = *call.self.text;
  const auto size = static_cast<int64_t>(text.characters);
  const auto bound = [&](size_t place, int64_t otherwise) {
    const bool is_left_out = !given.has(place) || given[place].is(Kind::kNone);
    const int64_t value = is_left_out ? otherwise : given.integer(place, otherwise);
    return value < 0 ? std::max<int64_t>(value + size, 0) : value;
  };
  const int64_t start = bound(1, 0), end = std::min(bound(2, size), size);
  if (start > end) return std::nullopt;
  const size_t from = byte_at(text.bytes, static_cast<size_t>(start));
  const size_t to = byte_at(text.bytes, static_cast<size_t>(end));
  return Window{text.bytes.substr(from, to - from), static_cast<size_t>(start)};
}

/// The character at which the argument is found, or −1.
int64_t place_of(const Call& call, bool last) {
  const Parameters given(call, {"sub", "start", "end"}, 1);
  const std::string_view part = given.text(0).bytes;
  const std::optional<Window> window = window_of(call, given);
  call.heap.step_for_search(call.self.bytes(), part);
  if (!window) return -1;
  const size_t found = last ? window->part.rfind(part) : window->part.find(part);
  if (found == std::string_view::npos) return -1;
  return static_cast<int64_t>(window->before + count_characters(window->part.substr(0, found)));
}

Value known_place(const Call& call, bool last) {
  const int64_t place = place_of(call, last);
  if (place < 0) refuse(fmt::format("'{}' of a text that is not there", call.name));
  return Value::of(place);
}

/// Whether the text begins (or ends) with the argument, or with one of those of a tuple.
Value affixed(const Call& call, bool (*has)(std::string_view, std::string_view)) {
  const Parameters given(call, {"affix", "start", "end"}, 1);
  const std::optional<Window> window = window_of(call, given);
  if (!given[0].is(Kind::kTuple))
    return Value::of(window && has(window->part, given.text(0).bytes));
  for (const Value& one : given[0].list->items) {
    if (!one.is_text()) refuse(fmt::format("'{}' takes texts", call.name));
    if (window && has(window->part, one.bytes())) return Value::of(true);
  }
  return Value::of(false);
}

using Parts = std::vector<std::string_view>;

/// Cuts at white space, from the left or from the right.
Parts words_of(std::string_view text, int64_t most, bool from_right) {
  Parts words;
  std::vector<std::pair<size_t, size_t>> found;
  bool inside = false;
  for (size_t at = 0; at < text.size();) {
    const Character one = character_at(text, at);
    const bool space = is_space(one.code);
    if (!space && !inside) found.emplace_back(at, at);
    inside = !space;
    at += one.bytes;
    if (inside) found.back().second = at;
  }
  const auto cuts = most < 0 ? found.size() : static_cast<size_t>(most);
  if (found.size() > cuts + 1 || (found.size() == cuts + 1 && !found.empty())) {
    if (from_right) {
      const size_t joined = found.size() - cuts;
      found.erase(found.begin(), found.begin() + static_cast<ptrdiff_t>(joined - 1));
      found[0].first = 0;  // what is left of the cuts keeps its space in front
    } else {
      found.resize(cuts + 1);
      found.back().second = text.size();
    }
  }
  for (const auto& [begin, end] : found) words.push_back(text.substr(begin, end - begin));
  return words;
}

Parts parts_of(std::string_view text, std::string_view by, int64_t most, bool from_right) {
  Parts parts;
  while (most < 0 || parts.size() < static_cast<size_t>(most)) {
    const size_t cut = from_right ? text.rfind(by) : text.find(by);
    if (cut == text.npos) break;
    parts.push_back(from_right ? text.substr(cut + by.size()) : text.substr(0, cut));
    text = from_right ? text.substr(0, cut) : text.substr(cut + by.size());
  }
  parts.push_back(text);
  if (from_right) std::ranges::reverse(parts);
  return parts;
}

Value split(const Call& call, bool from_right) {
  const Parameters given(call, {"sep", "maxsplit"});
  const int64_t most = given.integer(1, -1);
  const std::string_view text = call.self.bytes();
  Parts parts;
  if (!given.has(0) || given[0].is(Kind::kNone)) {
    parts = words_of(text, most, from_right);
  } else {
    if (given[0].is_undefined()) refuse_undefined(given[0]);
    if (given.text(0).bytes.empty()) refuse("'split' by an empty text");
    call.heap.step_for_search(text, given.text(0).bytes);
    parts = parts_of(text, given.text(0).bytes, most, from_right);
  }
  List& made = call.heap.list(parts.size());
  for (const std::string_view part : parts) call.heap.push(made, call.heap.text_of_kept(part));
  return Value::of(made);
}

}  // namespace

Value text_find(const Call& call) { return Value::of(place_of(call, false)); }
Value text_rfind(const Call& call) { return Value::of(place_of(call, true)); }
Value text_index(const Call& call) { return known_place(call, false); }
Value text_rindex(const Call& call) { return known_place(call, true); }
Value text_split(const Call& call) { return split(call, false); }
Value text_rsplit(const Call& call) { return split(call, true); }

Value text_count(const Call& call) {
  const Parameters given(call, {"sub", "start", "end"}, 1);
  const std::string_view part = given.text(0).bytes;
  const std::optional<Window> window = window_of(call, given);
  call.heap.step_for_search(call.self.bytes(), part);
  if (!window) return Value::of(int64_t{0});
  if (part.empty()) return Value::of(count_characters(window->part) + 1);
  return Value::of(parts_of(window->part, part, -1, false).size() - 1);
}

Value text_starts_with(const Call& call) {
  return affixed(
      call, [](std::string_view text, std::string_view part) { return text.starts_with(part); });
}

Value text_ends_with(const Call& call) {
  return affixed(call,
                 [](std::string_view text, std::string_view part) { return text.ends_with(part); });
}

}  // namespace twofold::jinja
