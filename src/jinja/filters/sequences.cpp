// Filters on lists, dicts and what can be gone through.

#include <fmt/format.h>

#include <algorithm>

#include "jinja/access.h"
#include "jinja/compare.h"
#include "jinja/filters/filters.h"
#include "jinja/iterate.h"

namespace twofold::jinja {
namespace {

Value otherwise(const Call& call) {
  const Parameters given(call, {"default_value", "boolean"});
  const bool missing = call.self.is_undefined() || (given.flag(1, false) && !truth(call.self));
  return !missing ? call.self : given.has(0) ? given[0] : call.heap.text("");
}

Value count(const Call& call) {
  const Parameters none(call, {});
  const std::optional<size_t> known = length(call.self);
  if (!known) refuse(fmt::format("a {} has no length", type_name(call.self)));
  return Value::of(*known);
}

Value list(const Call& call) {
  const Parameters none(call, {});
  return Value::of(items_of(call.heap, call.self));
}

Value items(const Call& call) {
  const Parameters none(call, {});
  List& made = call.heap.list();
  if (call.self.is_undefined()) return iterator_of(made);
  if (!call.self.is(Kind::kDict)) refuse(fmt::format("'items' of a {}", type_name(call.self)));
  for (const auto& [key, value] : call.self.dict->entries) {
    call.heap.push(made, call.heap.pair(key, value));
  }
  return iterator_of(made);
}

Value first(const Call& call) {
  const Parameters none(call, {});
  Iteration items(call.heap, call.self);
  Value item;
  return items.next(item) ? item : Value::undefined();
}

/// A Refusal for what Python cannot go through from its end.
void check_reversible(const Value& value, std::string_view filter) {
  if (value.is_undefined() || value.is(Kind::kIterator) || !is_iterable(value)) {
    refuse(fmt::format("'{}' of a {}", filter, type_name(value)));
  }
}

Value last(const Call& call) {
  const Parameters none(call, {});
  check_reversible(call.self, "last");
  const List& all = items_of(call.heap, call.self);
  return all.items.empty() ? Value::undefined() : all.items.back();
}

Value reverse(const Call& call) {
  const Parameters none(call, {});
  List& all = items_of(call.heap, call.self);
  std::ranges::reverse(all.items);
  if (call.self.is_text()) {
    std::string text;
    for (const Value& one : all.items) text += one.bytes();
    return call.heap.text(text);
  }
  // Of what has no end to begin with, Jinja makes a list.
  const bool is_list = call.self.is(Kind::kIterator) || call.self.is_undefined();
  return is_list ? Value::of(all) : iterator_of(all);
}

Value batch(const Call& call) {
  const Parameters given(call, {"linecount", "fill_with"}, 1);
  const int64_t size = given.integer(0, 0);
  const bool fills = given.has(1) && !given[1].is(Kind::kNone);
  if (size < 1) refuse("'batch' takes at least 1");
  List& made = call.heap.list();
  Iteration items(call.heap, call.self);
  List* line = nullptr;
  for (Value item; items.next(item);) {
    if (line && line->items.size() == static_cast<size_t>(size)) {
      call.heap.push(made, Value::of(*line));
      line = nullptr;
    }
    if (!line) line = &call.heap.list();
    call.heap.push(*line, item);
  }
  if (!line) return iterator_of(made);
  while (fills && line->items.size() < static_cast<size_t>(size)) call.heap.push(*line, given[1]);
  call.heap.push(made, Value::of(*line));
  return iterator_of(made);
}

Value slices(const Call& call) {
  const Parameters given(call, {"slices", "fill_with"}, 1);
  const int64_t wanted = given.integer(0, 0);
  if (wanted < 1) refuse("'slice' takes at least 1");
  const bool fills = given.has(1) && !given[1].is(Kind::kNone);
  const auto& all = items_of(call.heap, call.self).items;
  const auto parts = static_cast<size_t>(wanted);
  const size_t each = all.size() / parts, longer = all.size() % parts;
  List& made = call.heap.list();
  size_t at = 0;
  for (size_t i = 0; i < parts; ++i) {
    List& part = call.heap.list();
    const size_t end = at + each + (i < longer ? 1 : 0);
    for (; at < end; ++at) call.heap.push(part, all[at]);
    if (fills && i >= longer) call.heap.push(part, given[1]);
    call.heap.push(made, Value::of(part));
  }
  return iterator_of(made);
}

/// Whether the object has the attribute itself, not as an item.
Value attr(const Call& call) {
  const Parameters given(call, {"name"}, 1);
  const Text& name = given.text(0);
  if (call.self.is_undefined()) return Value::undefined(&name);
  const Value found = attribute(call.heap, call.self, name);
  const bool is_item = call.self.is(Kind::kDict) && !found.is(Kind::kMethod);
  return is_item ? Value::undefined(&name) : found;
}

constexpr Function kSequencesFilters[] = {
    {"default", otherwise}, {"d", otherwise}, {"length", count}, {"count", count},
    {"list", list},         {"items", items}, {"first", first},  {"last", last},
    {"reverse", reverse},   {"batch", batch}, {"slice", slices}, {"attr", attr}};

}  // namespace

std::span<const Function> sequence_filters() { return kSequencesFilters; }

}  // namespace twofold::jinja
