#pragma once
// Truth, equality, order and membership, as Python has them.

#include <optional>
#include <string_view>

#include "jinja/heap.h"
#include "jinja/value.h"

namespace twofold::jinja {

bool truth(const Value& value);
bool equal(Heap& heap, const Value& left, const Value& right);
/// Whether left < right; a Refusal for values that have no order.
bool less(Heap& heap, const Value& left, const Value& right);
/// Whether left <= right.
bool at_most(Heap& heap, const Value& left, const Value& right);
bool contains(Heap& heap, const Value& whole, const Value& part);
/// Whether two values are one object.
bool same(const Value& left, const Value& right);
/// A Refusal for a value that cannot be a key of a dict.
void check_key(const Value& key);

/// The number of items, entries or characters; none for a value without a length.
std::optional<size_t> length(const Value& value);
/// A Refusal that says that the value is undefined.
[[noreturn]] void refuse_undefined(const Value& value);

}  // namespace twofold::jinja
