#include "jinja/iterate.h"

#include <fmt/format.h>

#include "unicode/character.h"

namespace twofold::jinja {

bool is_iterable(const Value& value) {
  return value.is_undefined() || value.is_text() || value.is(Kind::kDict) || value.is_listed();
}

Iteration::Iteration(Heap& heap, const Value& value) : heap_(heap), value_(value) {
  if (!is_iterable(value)) {
    refuse(fmt::format("a value of type {} has no items", type_name(value)));
  }
  if (value.is(Kind::kIterator)) at_ = &value.list->next;
}

bool Iteration::next(Value& item) {
  heap_.step();
  if (value_.is_undefined()) return false;
  if (value_.is_text()) {
    if (*at_ >= value_.bytes().size()) return false;
    const size_t bytes = character_at(value_.bytes(), *at_).bytes;
    item = heap_.text_of_kept(value_.bytes().substr(*at_, bytes));
    *at_ += bytes;
    return true;
  }
  if (value_.is(Kind::kDict)) {
    if (*at_ >= value_.dict->entries.size()) return false;
    item = value_.dict->entries[(*at_)++].first;
    return true;
  }
  if (*at_ >= value_.list->items.size()) return false;
  item = value_.list->items[(*at_)++];
  return true;
}

List& items_of(Heap& heap, const Value& value) {
  Iteration items(heap, value);
  List& list = heap.list();
  for (Value item; items.next(item);) heap.push(list, item);
  return list;
}

}  // namespace twofold::jinja
