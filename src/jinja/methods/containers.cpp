#include <fmt/format.h>

#include <algorithm>

#include "jinja/compare.h"
#include "jinja/methods/methods.h"
#include "jinja/print.h"

namespace twofold::jinja {
namespace {

/// What is longer is not shown in an error.
constexpr size_t kShownBytes = 60;

template <class Make>
Value view_of(const Call& call, std::string_view name, Make make) {
  const Parameters none(call, {});
  List& view = call.heap.list(call.self.dict->entries.size());
  for (const auto& entry : call.self.dict->entries) call.heap.push(view, make(entry));
  view.name = name;
  return Value::of(Kind::kView, view);
}

Value dict_keys(const Call& call) {
  return view_of(call, "dict_keys", [](const auto& entry) { return entry.first; });
}

Value dict_values(const Call& call) {
  return view_of(call, "dict_values", [](const auto& entry) { return entry.second; });
}

Value dict_items(const Call& call) {
  return view_of(call, "dict_items",
                 [&](const auto& entry) { return call.heap.pair(entry.first, entry.second); });
}

Value dict_get(const Call& call) {
  const Parameters given(call, {"key", "default"}, 1);
  const Value* found = call.heap.find(*call.self.dict, given[0]);
  return found ? *found : given.has(1) ? given[1] : Value::none();
}

Value dict_copy(const Call& call) {
  const Parameters none(call, {});
  Dict& copy = call.heap.dict();
  for (const auto& [key, value] : call.self.dict->entries) call.heap.put_new(copy, key, value);
  return Value::of(copy);
}

Value list_copy(const Call& call) {
  const Parameters none(call, {});
  return call.heap.list(Kind::kList, call.self.list->items);
}

Value list_index(const Call& call) {
  const Parameters given(call, {"value"}, 1);
  const auto& items = call.self.list->items;
  for (size_t i = 0; i < items.size(); ++i) {
    if (equal(call.heap, items[i], given[0])) return Value::of(i);
  }
  std::string value;
  print_repr(call.heap, value, given[0]);
  if (value.size() > kShownBytes) value = "a value";
  refuse(fmt::format("'index' of {}, which is not in the list", value));
}

Value list_count(const Call& call) {
  const Parameters given(call, {"value"}, 1);
  size_t count = 0;
  for (const Value& item : call.self.list->items) count += equal(call.heap, item, given[0]);
  return Value::of(count);
}

constexpr Function kDict[] = {
    {"keys", dict_keys},  {"values", dict_values}, {"items", dict_items}, {"get", dict_get},
    {"copy", dict_copy},  {"fromkeys", nullptr},   {"clear", nullptr},    {"pop", nullptr},
    {"popitem", nullptr}, {"setdefault", nullptr}, {"update", nullptr}};
constexpr Function kList[] = {{"index", list_index}, {"count", list_count}, {"copy", list_copy},
                              {"append", nullptr},   {"clear", nullptr},    {"pop", nullptr},
                              {"reverse", nullptr},  {"insert", nullptr},   {"sort", nullptr},
                              {"extend", nullptr},   {"remove", nullptr}};
constexpr Function kTuple[] = {{"index", list_index}, {"count", list_count}};
constexpr Function kView[] = {{"isdisjoint", nullptr}, {"mapping", nullptr}};
constexpr Function kNumber[] = {
    {"real", nullptr},       {"imag", nullptr},      {"numerator", nullptr},
    {"conjugate", nullptr},  {"to_bytes", nullptr},  {"denominator", nullptr},
    {"bit_length", nullptr}, {"bit_count", nullptr}, {"as_integer_ratio", nullptr},
    {"is_integer", nullptr}, {"hex", nullptr},       {"fromhex", nullptr},
    {"from_bytes", nullptr}};
constexpr Function kMacro[] = {{"name", nullptr},         {"arguments", nullptr},
                               {"catch_kwargs", nullptr}, {"catch_varargs", nullptr},
                               {"caller", nullptr},       {"explicit_caller", nullptr}};
constexpr std::string_view kMutating[] = {"clear",  "pop",    "popitem", "setdefault",
                                          "update", "append", "insert",  "sort",
                                          "extend", "remove", "reverse"};

}  // namespace

const Function* find_method(const Value& value, std::string_view name) {
  switch (value.kind) {
    case Kind::kText:
      return find_text_method(name);
    case Kind::kDict:
      return find_function(kDict, name);
    case Kind::kList:
      return find_function(kList, name);
    case Kind::kTuple:
    case Kind::kRange:
      return find_function(kTuple, name);
    case Kind::kView:
      return find_function(kView, name);
    case Kind::kInt:
    case Kind::kFloat:
    case Kind::kBool:
      return find_function(kNumber, name);
    case Kind::kMacro:
      return find_function(kMacro, name);
    default:
      return nullptr;
  }
}

bool is_mutating(const Function& method) {
  return !method.call && std::ranges::find(kMutating, method.name) != std::end(kMutating);
}

}  // namespace twofold::jinja
