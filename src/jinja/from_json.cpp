#include "jinja/from_json.h"

#include <nlohmann/json.hpp>

namespace twofold::jinja {

using nlohmann::ordered_json;

Value from_json(Heap& heap, const ordered_json& value) {
  if (value.is_string()) return heap.text(value.get_ref<const std::string&>());
  if (value.is_boolean()) return Value::of(value.get<bool>());
  if (value.is_number_float()) return Value::of(value.get<double>());
  if (value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{INT64_MAX}) {
    refuse("a number of more than 64 bits");
  }
  if (value.is_number_integer()) return Value::of(value.get<int64_t>());
  if (value.is_array()) {
    List& list = heap.list(value.size());
    for (const ordered_json& item : value) heap.push(list, from_json(heap, item));
    return Value::of(list);
  }
  if (!value.is_object()) return Value::none();
  Dict& dict = heap.dict();
  for (const auto& [name, field] : value.items()) {
    heap.put_new(dict, heap.text(name), from_json(heap, field));
  }
  return Value::of(dict);
}

}  // namespace twofold::jinja
