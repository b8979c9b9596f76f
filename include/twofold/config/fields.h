#pragma once
// A setting is declared once, in its struct's `declare`, and parsed, overridden, validated,
// printed, documented and dumped from there.
//
//   struct LoRAConfig {
//     int64_t rank = 16;
//     std::vector<std::string> target_modules = {"kernel"};
//     void declare(config::Fields& fields) {
//       fields.add("optimization/lora/rank", rank, "Rank r of each adapter.", {.min = 1});
//       fields.add("optimization/lora/target_modules", target_modules, "Substrings of …");
//     }
//   };
//
// The struct's initial member values are the defaults. Two parts of a config may declare the same
// key (a model and a tokenizer job both have architecture/block_size) if type and default agree.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "twofold/base/constraint.h"
#include "twofold/config/field.h"
#include "twofold/config/value.h"
#include "twofold/error.h"

namespace twofold::config {

class Fields;

/// The declared fields of a configuration. The type of a field is bool, int64_t, double,
/// std::string, an enum with a `config_names(E)` overload found by ADL (returns a container of
/// pair<E, const char*>), a record (a struct with `declare(Fields&)`), std::vector of any of these
/// (nested too), or std::map<std::string, T> of the scalars.
class Fields {
 public:
  Fields();
  ~Fields();
  Fields(Fields&&) noexcept;
  Fields& operator=(Fields&&) noexcept;

  /// Declares `key` (slash-separated) as bound to `target`, which must outlive this object.
  template <class T>
  void add(std::string key, T& target, std::string doc, Constraint constraint = {});

  /// Names a key or section that is not declared here but that users may bring from another
  /// program's configuration. The error for setting it shows `advice` instead of similar names.
  void absent(std::string key, std::string advice);
  /// The advice for `key` or a section above it; empty if there is none.
  std::string advice_for(const std::string& key) const;

  /// Fields in order of declaration.
  const std::vector<std::unique_ptr<Field>>& all() const { return fields_; }
  const Field* find(const std::string& key) const;

 private:
  void insert(std::unique_ptr<Field> field);
  std::vector<std::unique_ptr<Field>> fields_;
  std::map<std::string, std::string> absent_;
};

/// Where a configuration comes from, strongest last: defaults, YAML text, `key.path=value`
/// overrides.
struct Source {
  std::string text = {};                    ///< YAML; may be empty
  std::string name = "config.yaml";         ///< shown in errors, e.g. the path given by the user
  std::vector<std::string> overrides = {};  ///< as on the command line: "optimization.lora.rank=8"
  /// Top-level keys that are not the job's settings and are skipped (`job`).
  std::vector<std::string> ignored = {"job"};
};

/// Fills every bound target from `source`. Throws one Error with all problems, if there are any:
/// unknown keys (with the nearest valid name), wrong types, values out of range, missing required
/// values. With `allow_missing`, required values may stay open.
void load(Fields& fields, const Source& source, bool allow_missing = false);

// Conversions between C++ types and Value trees; the only templates of this layer. They report no
// errors: the tree has been checked (check.h) before it gets here.

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

/// Sets `target` from a value that check.h has accepted for the target's type.
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
