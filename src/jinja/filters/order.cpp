// Filters that put things in order: sort, dictsort, unique, min, max, groupby.

#include <fmt/format.h>

#include <algorithm>

#include "jinja/access.h"
#include "jinja/compare.h"
#include "jinja/filters/filters.h"
#include "jinja/iterate.h"
#include "jinja/methods/methods.h"

namespace twofold::jinja {
namespace {

struct Keyed {
  Value key, item;
};

/// What an item is compared by: itself or an attribute, small letters for texts.
class Key {
 public:
  Key(Heap& heap, bool case_sensitive, const Value* attribute)
      : heap_(heap), case_sensitive_(case_sensitive) {
    if (attribute && !attribute->is(Kind::kNone)) attribute_ = *attribute;
  }

  Value of(const Value& item) const {
    Value key = attribute_.is_undefined() ? item : path_item(heap_, item, attribute_);
    return !case_sensitive_ && key.is_text() ? heap_.text(in_case(key.bytes(), Case::kLower)) : key;
  }

  /// The key of a sort, whose attribute may be several with commas between them.
  Value of_several(const Value& item) const {
    if (!attribute_.is_text()) return of(item);
    List& keys = heap_.list();
    for (std::string_view rest = attribute_.bytes();;) {
      const size_t comma = std::min(rest.find(','), rest.size());
      const Value part = heap_.text_of_kept(rest.substr(0, comma));
      heap_.push(keys, Key(heap_, case_sensitive_, &part).of(item));
      if (comma == rest.size()) return Value::of(keys);
      rest.remove_prefix(comma + 1);
    }
  }

 private:
  Heap& heap_;
  bool case_sensitive_;
  Value attribute_ = {};
};

Value in_order(Heap& heap, std::vector<Keyed> all, bool reverse) {
  std::ranges::stable_sort(all, [&](const Keyed& left, const Keyed& right) {
    return reverse ? less(heap, right.key, left.key) : less(heap, left.key, right.key);
  });
  List& made = heap.list(all.size());
  for (const Keyed& one : all) heap.push(made, one.item);
  return Value::of(made);
}

Value sort(const Call& call) {
  const Parameters given(call, {"reverse", "case_sensitive", "attribute"});
  const Key key(call.heap, given.flag(1, false), given.has(2) ? &given[2] : nullptr);
  std::vector<Keyed> all;
  Iteration items(call.heap, call.self);
  for (Value item; items.next(item);) all.push_back({key.of_several(item), item});
  return in_order(call.heap, std::move(all), given.flag(0, false));
}

Value dictsort(const Call& call) {
  const Parameters given(call, {"case_sensitive", "by", "reverse"});
  if (call.self.is_undefined()) refuse_undefined(call.self);
  if (!call.self.is(Kind::kDict)) refuse(fmt::format("'dictsort' of a {}", type_name(call.self)));
  const std::string_view by = given.has(1) ? given.text(1).bytes : "key";
  if (by != "key" && by != "value") refuse("'dictsort' is by 'key' or by 'value'");
  const Key key(call.heap, given.flag(0, false), nullptr);
  std::vector<Keyed> all;
  for (const auto& [name, value] : call.self.dict->entries) {
    all.push_back({key.of(by == "key" ? name : value), call.heap.pair(name, value)});
  }
  return in_order(call.heap, std::move(all), given.flag(2, false));
}

Value unique(const Call& call) {
  const Parameters given(call, {"case_sensitive", "attribute"});
  const Key key(call.heap, given.flag(0, false), given.has(1) ? &given[1] : nullptr);
  Dict& seen = call.heap.dict();
  List& made = call.heap.list();
  Iteration items(call.heap, call.self);
  for (Value item; items.next(item);) {
    const Value one = key.of(item);
    if (call.heap.find(seen, one)) continue;
    call.heap.put_new(seen, one, Value::none());
    call.heap.push(made, item);
  }
  return iterator_of(made);
}

template <bool largest>
Value extreme(const Call& call) {
  const Parameters given(call, {"case_sensitive", "attribute"});
  const Key key(call.heap, given.flag(0, false), given.has(1) ? &given[1] : nullptr);
  Value best, best_key;
  bool any = false;
  Iteration items(call.heap, call.self);
  for (Value item; items.next(item); any = true) {
    const Value one = key.of(item);
    if (any && !(largest ? less(call.heap, best_key, one) : less(call.heap, one, best_key))) {
      continue;
    }
    best = item;
    best_key = one;
  }
  return best;
}

Value groupby(const Call& call) {
  const Parameters given(call, {"attribute", "default", "case_sensitive"}, 1);
  if (given.has(1)) refuse("the default of 'groupby' is not known to twofold's templates");
  const Key key(call.heap, given.flag(2, false), &given[0]);
  const Key shown(call.heap, true, &given[0]);
  std::vector<Keyed> all;
  Iteration items(call.heap, call.self);
  for (Value item; items.next(item);) all.push_back({key.of(item), item});
  List& groups = call.heap.list();
  List* group = nullptr;
  Value of;
  for (const Value& item : in_order(call.heap, std::move(all), false).list->items) {
    const Value one = key.of(item);
    if (!group || !equal(call.heap, one, of)) {
      of = one;
      group = &call.heap.list();
      call.heap.push(groups, call.heap.pair(shown.of(item), Value::of(*group)));
    }
    call.heap.push(*group, item);
  }
  return Value::of(groups);
}

constexpr Function kOrderFilters[] = {{"sort", sort},         {"dictsort", dictsort},
                                      {"unique", unique},     {"min", extreme<false>},
                                      {"max", extreme<true>}, {"groupby", groupby}};

}  // namespace

std::span<const Function> order_filters() { return kOrderFilters; }

}  // namespace twofold::jinja
