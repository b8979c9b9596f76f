// map, select, reject, selectattr, rejectattr.

#include <fmt/format.h>

#include "jinja/access.h"
#include "jinja/compare.h"
#include "jinja/filters/filters.h"
#include "jinja/iterate.h"
#include "jinja/predicates.h"

namespace twofold::jinja {
namespace {

/// The arguments of `call` behind the first `count`.
Arguments rest_of(const Call& call, size_t count) {
  Arguments rest = call.given;
  rest.places.erase(rest.places.begin(), rest.places.begin() + static_cast<ptrdiff_t>(count));
  return rest;
}

const Function& named(const Call& call, const Value& name,
                      const Function* (*find)(std::string_view)) {
  if (!name.is_text()) refuse(fmt::format("'{}' takes a name, not {}", call.name, type_name(name)));
  const Function* found = find(name.bytes());
  if (!found) refuse(fmt::format("there is no filter or test '{}'", name.bytes()));
  return *found;
}

Value map_attribute(const Call& call) {
  const Parameters given(call, {"", "attribute", "default"});
  List& made = call.heap.list();
  Iteration items(call.heap, call.self);
  for (Value item; items.next(item);) {
    Value found = path_item(call.heap, item, given[1]);
    if (found.is_undefined() && given.has(2) && !given[2].is(Kind::kNone)) found = given[2];
    call.heap.push(made, found);
  }
  return iterator_of(made);
}

Value map(const Call& call) {
  if (!truth(call.self)) return iterator_of(call.heap.list());
  if (call.given.places.empty()) {
    if (call.given.names.empty()) refuse("'map' takes a filter's name, or an attribute");
    return map_attribute(call);
  }
  const Function& filter = named(call, call.given.places[0], find_filter);
  const Arguments rest = rest_of(call, 1);
  List& made = call.heap.list();
  Iteration items(call.heap, call.self);
  for (Value item; items.next(item);) {
    call.heap.push(made, call_function(call.heap, filter, item, rest));
  }
  return iterator_of(made);
}

/// The items for which a test (by default their truth) says `wanted`.
Value selected(const Call& call, bool by_attribute, bool wanted) {
  List& made = call.heap.list();
  if (!truth(call.self)) return iterator_of(made);
  const auto& places = call.given.places;
  const size_t before = by_attribute ? 1 : 0;
  if (places.size() < before) refuse(fmt::format("'{}' takes an attribute's name", call.name));
  const bool tests = places.size() > before;
  const Function* test = tests ? &named(call, places[before], find_test) : nullptr;
  const Arguments rest = tests ? rest_of(call, before + 1) : Arguments{};
  Iteration items(call.heap, call.self);
  for (Value item; items.next(item);) {
    const Value value = by_attribute ? path_item(call.heap, item, places[0]) : item;
    const bool passes = truth(test ? call_function(call.heap, *test, value, rest) : value);
    if (passes == wanted) call.heap.push(made, item);
  }
  return iterator_of(made);
}

Value select(const Call& call) { return selected(call, false, true); }
Value reject(const Call& call) { return selected(call, false, false); }
Value selectattr(const Call& call) { return selected(call, true, true); }
Value rejectattr(const Call& call) { return selected(call, true, false); }

constexpr Function kSelectionFilters[] = {{"map", map},
                                          {"select", select},
                                          {"reject", reject},
                                          {"selectattr", selectattr},
                                          {"rejectattr", rejectattr}};

}  // namespace

std::span<const Function> selection_filters() { return kSelectionFilters; }

}  // namespace twofold::jinja
