#pragma once
// Between C++ types and Value trees; the only templates of this layer. Everything that can be wrong
// with a value is found on the tree (check.h) before it gets here.

#include <type_traits>

#include "twofold/config/field.h"
#include "twofold/config/value.h"
#include "twofold/error.h"

namespace twofold::config {

template <class T>
struct IsList : std::false_type {};
template <class E>
struct IsList<std::vector<E>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class E>
struct IsMap<std::map<std::string, E>> : std::true_type {};
template <class T>
concept Record = requires(T& record, Fields& fields) {
  record.declare(fields);
};

template <class T>
Shape shape_of() {
  using Kind = Shape::Kind;
  if constexpr (std::is_same_v<T, bool>) {
    return {.kind = Kind::kBool, .members = {}};
  } else if constexpr (std::is_same_v<T, int64_t>) {
    return {.kind = Kind::kInteger, .members = {}};
  } else if constexpr (std::is_same_v<T, double>) {
    return {.kind = Kind::kFloat, .members = {}};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return {.kind = Kind::kString, .members = {}};
  } else if constexpr (std::is_enum_v<T>) {
    Shape shape{.kind = Kind::kEnum, .members = {}};
    for (const auto& [value, name] : config_names(T{})) shape.names.push_back(name);
    return shape;
  } else if constexpr (IsList<T>::value) {
    return {.kind = Kind::kList,
            .members = {},
            .element = std::make_shared<Shape>(shape_of<typename T::value_type>())};
  } else if constexpr (IsMap<T>::value) {
    return {.kind = Kind::kMap,
            .members = {},
            .element = std::make_shared<Shape>(shape_of<typename T::mapped_type>())};
  } else {
    static_assert(Record<T>, "not a type that a configuration field may have; see Fields");
    T record{};
    Fields members;
    record.declare(members);
    Shape shape{.kind = Kind::kRecord, .members = {}};
    for (const auto& member : members.all()) {
      shape.members.push_back(
          {member->key, member->doc, member->constraint, member->shape, member->initial});
    }
    return shape;
  }
}

template <class T>
Value value_of(const T& target) {
  if constexpr (std::is_same_v<T, bool>) {
    return Value::scalar(target ? "true" : "false");
  } else if constexpr (std::is_same_v<T, int64_t>) {
    return Value::scalar(integer_text(target));
  } else if constexpr (std::is_same_v<T, double>) {
    return Value::scalar(float_text(target));
  } else if constexpr (std::is_same_v<T, std::string>) {
    return Value::string(target);
  } else if constexpr (std::is_enum_v<T>) {
    for (const auto& [value, name] : config_names(target)) {
      if (value == target) return Value::string(name);
    }
    throw Bug("config_names", __FILE__, __LINE__, "an enum value without a name");
  } else if constexpr (IsList<T>::value) {
    Value list = Value::list();
    for (const typename T::value_type& item : target) list.items.push_back(value_of(item));
    return list;
  } else if constexpr (IsMap<T>::value) {
    Value map = Value::map();
    for (const auto& [key, entry] : target) map.entries.emplace_back(key, value_of(entry));
    return map;
  } else {
    T copy = target;  // declare() is not const: it binds what it is called on
    Fields members;
    copy.declare(members);
    Value map = Value::map();
    for (const auto& member : members.all()) map.entries.emplace_back(member->key, member->get());
    return map;
  }
}

/// Sets `target` from a value that check.h has passed for its type.
template <class T>
void assign(const Value& value, T& target) {
  if constexpr (std::is_same_v<T, bool>) {
    target = value.text == "true";
  } else if constexpr (std::is_same_v<T, int64_t>) {
    target = parse_integer(value.text).value();
  } else if constexpr (std::is_same_v<T, double>) {
    target = parse_float(value.text).value();
  } else if constexpr (std::is_same_v<T, std::string>) {
    target = value.text;
  } else if constexpr (std::is_enum_v<T>) {
    for (const auto& [candidate, name] : config_names(T{})) {
      if (value.text == name) target = candidate;
    }
  } else if constexpr (IsList<T>::value) {
    target.clear();
    for (const Value& item : value.items) {
      typename T::value_type element{};
      assign(item, element);
      target.push_back(std::move(element));
    }
  } else if constexpr (IsMap<T>::value) {
    target.clear();
    for (const auto& [key, entry] : value.entries) assign(entry, target[key]);
  } else {
    target = T{};
    Fields members;
    target.declare(members);
    for (const auto& member : members.all()) {
      if (const Value* entry = value.find(member->key)) member->set.front()(*entry);
    }
  }
}

template <class T>
void Fields::add(std::string key, T& target, std::string doc, Constraint constraint) {
  Field field{.key = std::move(key),
              .doc = std::move(doc),
              .constraint = std::move(constraint),
              .shape = shape_of<T>(),
              .initial = value_of(target),
              .get = [&target] { return value_of(target); },
              .set = {[&target](const Value& value) { assign(value, target); }}};
  insert(std::make_unique<Field>(std::move(field)));
}

}  // namespace twofold::config
