#include "jinja/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <compare>

#include "jinja/iterate.h"

namespace twofold::jinja {
namespace {

bool equal_lists(Heap& heap, const List& left, const List& right) {
  if (left.items.size() != right.items.size()) return false;
  for (size_t i = 0; i < left.items.size(); ++i) {
    if (!equal(heap, left.items[i], right.items[i])) return false;
  }
  return true;
}

bool equal_dicts(Heap& heap, const Dict& left, const Dict& right) {
  if (left.entries.size() != right.entries.size()) return false;
  for (const auto& [key, value] : left.entries) {
    const Value* other = heap.find(right, key);
    if (!other || !equal(heap, value, *other)) return false;
  }
  return true;
}

bool equal_numbers(const Value& left, const Value& right) {
  if (left.is_integer() && right.is_integer()) return left.whole() == right.whole();
  return left.number() == right.number();
}

[[noreturn]] void refuse_order(const Value& left, const Value& right) {
  if (left.is_undefined()) refuse_undefined(left);
  if (right.is_undefined()) refuse_undefined(right);
  refuse(fmt::format("{} and {} have no order", type_name(left), type_name(right)));
}

/// Whether left < right or, with `or_equal`, left <= right.
bool ordered(Heap& heap, const Value& left, const Value& right, bool or_equal) {
  heap.step();
  if (left.is_integer() && right.is_integer()) {
    return or_equal ? left.whole() <= right.whole() : left.whole() < right.whole();
  }
  if (left.is_number() && right.is_number()) {
    return or_equal ? left.number() <= right.number() : left.number() < right.number();
  }
  if (left.is_text() && right.is_text()) {  // the order of UTF-8 is that of its characters
    heap.step(std::min(left.bytes().size(), right.bytes().size()) / 32);
    return or_equal ? left.bytes() <= right.bytes() : left.bytes() < right.bytes();
  }
  const bool lists = left.is(Kind::kList) || left.is(Kind::kTuple);
  if (!lists || left.kind != right.kind) refuse_order(left, right);
  const auto &ours = left.list->items, &theirs = right.list->items;
  for (size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
    if (!equal(heap, ours[i], theirs[i])) return ordered(heap, ours[i], theirs[i], or_equal);
  }
  return or_equal ? ours.size() <= theirs.size() : ours.size() < theirs.size();
}

bool in_text(Heap& heap, const Value& whole, const Value& part) {
  if (part.is_undefined()) refuse_undefined(part);
  if (!part.is_text()) {
    refuse(fmt::format("only a str can be in a str, not {}", type_name(part)));
  }
  heap.step_for_search(whole.bytes(), part.bytes());
  return whole.bytes().find(part.bytes()) != std::string_view::npos;
}

}  // namespace

bool truth(const Value& value) {
  switch (value.kind) {
    case Kind::kUndefined:
    case Kind::kNone:
      return false;
    case Kind::kBool:
      return value.flag;
    case Kind::kInt:
      return value.integer != 0;
    case Kind::kFloat:
      return value.real != 0;
    default:
      return length(value).value_or(1) != 0;
  }
}

bool equal(Heap& heap, const Value& left, const Value& right) {
  heap.step();
  if (left.is_number() && right.is_number()) return equal_numbers(left, right);
  if (left.kind != right.kind) return false;
  switch (left.kind) {
    case Kind::kUndefined:
    case Kind::kNone:
      return true;
    case Kind::kText:
      heap.step(left.bytes().size() / 32);
      return left.bytes() == right.bytes();
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kRange:
      return equal_lists(heap, *left.list, *right.list);
    case Kind::kDict:
      return equal_dicts(heap, *left.dict, *right.dict);
    default:
      return same(left, right);
  }
}

bool same(const Value& left, const Value& right) {
  if (left.kind != right.kind) return false;
  switch (left.kind) {
    case Kind::kUndefined:
      return false;
    case Kind::kNone:
      return true;
    case Kind::kBool:
      return left.flag == right.flag;
    case Kind::kInt:
      return left.integer == right.integer;
    case Kind::kFloat:
      return left.real == right.real;
    case Kind::kText:
      return left.bytes() == right.bytes();
    default:
      return left.list == right.list;
  }
}

bool less(Heap& heap, const Value& left, const Value& right) {
  return ordered(heap, left, right, false);
}

bool at_most(Heap& heap, const Value& left, const Value& right) {
  return ordered(heap, left, right, true);
}

bool contains(Heap& heap, const Value& whole, const Value& part) {
  if (whole.is_text()) return in_text(heap, whole, part);
  if (whole.is(Kind::kDict)) return heap.find(*whole.dict, part) != nullptr;
  Iteration items(heap, whole);
  for (Value item; items.next(item);) {
    if (equal(heap, item, part)) return true;
  }
  return false;
}

void check_key(const Value& key) {
  if (key.is(Kind::kList) || key.is(Kind::kDict) || key.is(Kind::kView)) {
    refuse(fmt::format("a {} cannot be a key", type_name(key)));
  }
  if (!key.is(Kind::kTuple)) return;
  for (const Value& item : key.list->items) check_key(item);
}

std::optional<size_t> length(const Value& value) {
  if (value.is_undefined()) return 0;
  if (value.is_text()) return value.text->characters;
  if (value.is(Kind::kDict)) return value.dict->entries.size();
  if (value.is_listed() && !value.is(Kind::kIterator)) return value.list->items.size();
  return std::nullopt;
}

void refuse_undefined(const Value& value) {
  refuse(value.text ? fmt::format("'{}' is undefined", value.bytes()) : "a value is undefined");
}

std::string_view type_name(const Value& value) {
  switch (value.kind) {
    case Kind::kUndefined:
      return "Undefined";
    case Kind::kNone:
      return "NoneType";
    case Kind::kBool:
      return "bool";
    case Kind::kInt:
      return "int";
    case Kind::kFloat:
      return "float";
    case Kind::kText:
      return "str";
    case Kind::kList:
      return "list";
    case Kind::kTuple:
      return "tuple";
    case Kind::kRange:
      return "range";
    case Kind::kView:
      return value.list->name;
    case Kind::kIterator:
      return "generator";
    case Kind::kDict:
      return "dict";
    case Kind::kNamespace:
      return "Namespace";
    case Kind::kMacro:
      return "Macro";
    case Kind::kLoop:
      return "LoopContext";
    case Kind::kFunction:
    case Kind::kMethod:
      return "function";
  }
  return "";
}

}  // namespace twofold::jinja
