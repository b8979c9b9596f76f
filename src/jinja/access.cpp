#include "jinja/access.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "jinja/call.h"
#include "jinja/compare.h"
#include "jinja/loop.h"
#include "jinja/methods/methods.h"
#include "unicode/character.h"

namespace twofold::jinja {
namespace {

/// The place of an index, which may count from the end; false outside.
bool place_of(int64_t index, size_t length, size_t& place) {
  const auto size = static_cast<int64_t>(length);
  if (index < 0) index += size;
  if (index < 0 || index >= size) return false;
  place = static_cast<size_t>(index);
  return true;
}

/// The byte at which a character begins.
size_t byte_of(const Text& text, size_t character) {
  if (text.ascii()) return character;
  size_t at = 0;
  for (; character > 0; --character) at += character_at(text.bytes, at).bytes;
  return at;
}

bool item_of_text(Heap& heap, const Text& text, int64_t index, Value& found) {
  size_t place = 0;
  if (!place_of(index, text.characters, place)) return false;
  heap.step(text.ascii() ? 0 : place / 32);
  const size_t at = byte_of(text, place);
  found = heap.text_of_kept(text.bytes.substr(at, character_at(text.bytes, at).bytes));
  return true;
}

/// The item of a key, as Python's brackets find it.
bool find_item(Heap& heap, const Value& object, const Value& key, Value& found) {
  if (object.is(Kind::kDict)) {
    if (key.is(Kind::kList) || key.is(Kind::kDict)) return false;
    const Value* value = heap.find(*object.dict, key);
    if (value) found = *value;
    return value != nullptr;
  }
  if (!key.is_integer()) return false;
  if (object.is_text()) return item_of_text(heap, *object.text, key.whole(), found);
  size_t place = 0;
  if (!object.is_sequence() || !place_of(key.whole(), object.list->items.size(), place)) {
    return false;
  }
  found = object.list->items[place];
  return true;
}

/// The method or field of a name, as Python's dot finds it.
bool find_attribute(Heap& heap, const Value& object, std::string_view name, Value& found) {
  if (object.is(Kind::kNamespace)) {
    const auto& fields = object.space->fields;
    const auto field = std::ranges::find(fields, name, [](const auto& one) { return one.first; });
    if (field != fields.end()) found = field->second;
    return field != fields.end();
  }
  if (object.is(Kind::kLoop)) return object.loop->field(object, name, found);
  const Function* method = find_method(object, name);
  if (!method) return false;
  found = is_mutating(*method) ? Value::undefined() : heap.method(*method, object);
  return true;
}

int64_t bound_of(const Value& bound, int64_t otherwise, int64_t low, int64_t high, int64_t size) {
  if (bound.is(Kind::kNone)) return otherwise;
  if (bound.is_undefined()) refuse_undefined(bound);
  if (!bound.is_integer()) refuse(fmt::format("a {} bounds no slice", type_name(bound)));
  const int64_t whole = bound.whole();
  return std::clamp(whole < 0 ? std::max(whole, -size - 1) + size : whole, low, high);
}

/// The places that a slice takes, in its order.
std::vector<size_t> places_of(const Value& start, const Value& stop, const Value& step,
                              size_t length) {
  const auto size = static_cast<int64_t>(length);
  const int64_t by = step.is(Kind::kNone) ? 1 : bound_of(step, 1, -size - 1, size + 1, 0);
  if (by == 0) refuse("a slice whose step is 0");
  const int64_t low = by > 0 ? 0 : -1, high = by > 0 ? size : size - 1;
  const int64_t from = bound_of(start, by > 0 ? low : high, low, high, size);
  const int64_t to = bound_of(stop, by > 0 ? high : low, low, high, size);
  std::vector<size_t> places;
  for (int64_t at = from; by > 0 ? at < to : at > to; at += by) {
    places.push_back(static_cast<size_t>(at));
  }
  return places;
}

Value slice_of_text(Heap& heap, const Text& text, const std::vector<size_t>& places) {
  std::vector<size_t> begins;
  for (size_t at = 0; !text.ascii() && at < text.bytes.size();) {
    begins.push_back(at);
    at += character_at(text.bytes, at).bytes;
  }
  std::string made;
  for (const size_t place : places) {
    const size_t at = text.ascii() ? place : begins[place];
    made += text.bytes.substr(at, text.ascii() ? 1 : character_at(text.bytes, at).bytes);
  }
  return heap.text(made);
}

}  // namespace

Value attribute(Heap& heap, const Value& object, const Text& name) {
  if (object.is_undefined()) refuse_undefined(object);
  Value found;
  if (find_attribute(heap, object, name.bytes, found)) return found;
  if (object.is(Kind::kDict)) {
    if (const Value* value = heap.find(*object.dict, name.bytes)) return *value;
  }
  return Value::undefined(&name);
}

Value item(Heap& heap, const Value& object, const Value& key) {
  if (object.is_undefined()) refuse_undefined(object);
  Value found;
  if (find_item(heap, object, key, found)) return found;
  if (key.is_text() && find_attribute(heap, object, key.bytes(), found)) return found;
  return Value::undefined(key.is_text() ? key.text : nullptr);
}

Value slice(Heap& heap, const Value& object, const Value& start, const Value& stop,
            const Value& step) {
  if (object.is_undefined()) refuse_undefined(object);
  if (!object.is_text() && !object.is_sequence()) {
    refuse(fmt::format("a {} has no slices", type_name(object)));
  }
  const size_t size = *length(object);
  heap.step(object.is_text() ? size / 8 : 1);
  const std::vector<size_t> places = places_of(start, stop, step, size);
  if (object.is_text()) return slice_of_text(heap, *object.text, places);
  List& made = heap.list(places.size());
  for (const size_t place : places) heap.push(made, object.list->items[place]);
  return Value::of(object.is(Kind::kTuple) ? Kind::kTuple : Kind::kList, made);
}

Value path_item(Heap& heap, Value value, const Value& path) {
  if (!path.is_text()) return item(heap, value, path);
  std::string_view rest = path.bytes();
  while (true) {
    heap.step();
    const size_t dot = std::min(rest.find('.'), rest.size());
    const std::string_view part = rest.substr(0, dot);
    int64_t number = 0;
    const char* const end = part.data() + part.size();
    const auto read = std::from_chars(part.data(), end, number);
    const bool is_number =
        !part.empty() && part[0] != '-' && read.ptr == end && read.ec == std::errc();
    value = item(heap, value, is_number ? Value::of(number) : heap.text_of_kept(part));
    if (dot == rest.size()) return value;
    rest.remove_prefix(dot + 1);
  }
}

void set_field(Namespace& space, std::string_view name, const Value& value) {
  if (name.starts_with('_')) {
    refuse(fmt::format("a namespace cannot have a field '{}'", name));
  }
  const auto field =
      std::ranges::find(space.fields, name, [](const auto& one) { return one.first; });
  if (field != space.fields.end()) {
    field->second = value;
  } else {
    space.fields.emplace_back(name, value);
  }
}

}  // namespace twofold::jinja
