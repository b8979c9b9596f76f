#pragma once
// Going through a value, item by item.

#include <vector>

#include "jinja/heap.h"
#include "jinja/value.h"

namespace twofold::jinja {

/// The items of a list, the keys of a dict, the characters of a text; of an iterator, what is left.
class Iteration {
 public:
  /// A Refusal for a value that has no items.
  Iteration(Heap& heap, const Value& value);
  Iteration(const Iteration&) = delete;
  bool next(Value& item);

 private:
  Heap& heap_;
  Value value_;
  size_t own_ = 0;
  size_t* at_ = &own_;
};

bool is_iterable(const Value& value);
/// All items, in the heap's memory.
List& items_of(Heap& heap, const Value& value);

}  // namespace twofold::jinja
