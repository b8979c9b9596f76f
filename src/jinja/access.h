#pragma once
// What is inside of a value: attributes, items, slices; and what assigns to a namespace.

#include "jinja/heap.h"
#include "jinja/value.h"

namespace twofold::jinja {

/// `object.name`: a method or field, else the item; undefined if there is neither.
Value attribute(Heap& heap, const Value& object, const Text& name);
/// `object[key]`: the item, else for a text the method or field; undefined if there is neither.
Value item(Heap& heap, const Value& object, const Value& key);
/// `object[start:stop:step]`; undefined bounds are those that are left out (none).
Value slice(Heap& heap, const Value& object, const Value& start, const Value& stop,
            const Value& step);
/// `attribute="a.b.0"` of filters.
Value path_item(Heap& heap, Value value, const Value& path);
void set_field(Namespace& space, std::string_view name, const Value& value);

}  // namespace twofold::jinja
