#include "config/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/text.h"

namespace twofold::config {
namespace {

using Kind = Value::Kind;

class Checker {
 public:
  Checker(bool allow_missing, std::vector<Problem>& problems)
      : allow_missing_(allow_missing), problems_(problems) {}

  void check(const Value& value, const Shape& shape, const Constraint& limits,
             const std::string& path) {
    if (value.kind == Kind::kNull || value.is_missing_marker()) {
      return add(value, path, "no value for " + path, expected(shape, limits),
                 value.kind == Kind::kNull ? "nothing (null)" : "???",
                 shape.kind == Shape::Kind::kString ? "an empty text is written ''" : "");
    }
    switch (shape.kind) {
      case Shape::Kind::kList:
        if (value.kind != Kind::kList) return wrong_type(value, shape, limits, path);
        for (size_t i = 0; i < value.items.size(); ++i) {
          check(value.items[i], *shape.element, limits, fmt::format("{}/{}", path, i));
        }
        return;
      case Shape::Kind::kMap:
        if (value.kind != Kind::kMap) return wrong_type(value, shape, limits, path);
        for (const auto& [key, entry] : value.entries) {
          check(entry, *shape.element, limits, path + "/" + key);
        }
        return;
      case Shape::Kind::kRecord:
        return check_record(value, shape, limits, path);
      default:
        return check_scalar(value, shape, limits, path);
    }
  }

 private:
  static std::string expected(const Shape& shape, const Constraint& limits) {
    const std::string range = limits.range_text();
    return type_text(shape) + (range.empty() ? "" : ", " + range);
  }

  void add(const Value& value, const std::string& path, std::string what, std::string expected,
           std::string found, std::string hint = "") {
    problems_.push_back({.what = std::move(what),
                         .where = where_of(value, path),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .hint = std::move(hint)});
  }

  void wrong_type(const Value& value, const Shape& shape, const Constraint& limits,
                  const std::string& path) {
    constexpr size_t kShown = 60;
    std::string found = flow_text(value);
    const std::string hint = spelling(value, shape);
    if (value.quoted && is_number(shape)) found = "the text '" + value.text + "'";
    if (found.size() > kShown) found = found.substr(0, kShown) + "…";
    add(value, path, "wrong type for " + path, expected(shape, limits), std::move(found),
        hint.empty() || hint.size() > kShown ? "" : "write " + hint);
  }

  static bool is_number(const Shape& shape) {
    return shape.kind == Shape::Kind::kInteger || shape.kind == Shape::Kind::kFloat;
  }

  /// How a value of another type is written as one of this shape, where it is plain what is meant.
  static std::string spelling(const Value& value, const Shape& shape) {
    if (shape.kind == Shape::Kind::kList && value.kind != Kind::kList) {
      const std::string inner =
          fits(value, *shape.element) ? flow_text(value) : spelling(value, *shape.element);
      return inner.empty() ? "" : "[" + inner + "]";
    }
    if (value.kind == Kind::kList && value.items.size() == 1) {
      return fits(value.items[0], shape) ? flow_text(value.items[0]) : "";
    }
    if (value.kind != Kind::kScalar) return "";
    if (is_number(shape)) {
      const Value plain = Value::scalar(value.text);
      return value.quoted && fits(plain, shape) ? value.text + ", without quotes" : "";
    }
    return shape.kind == Shape::Kind::kBool ? switch_of(value.text) : "";
  }

  /// What other programs write for a switch.
  static std::string switch_of(std::string text) {
    text = ascii_lower(std::move(text));
    for (const char* yes : {"true", "yes", "on", "1"}) {
      if (text == yes) return "true";
    }
    for (const char* no : {"false", "no", "off", "0"}) {
      if (text == no) return "false";
    }
    return "";
  }

  static bool fits(const Value& value, const Shape& shape) {
    std::vector<Problem> problems;
    Checker(/*allow_missing=*/true, problems).check(value, shape, {}, "");
    return problems.empty();
  }

  void check_record(const Value& value, const Shape& shape, const Constraint& limits,
                    const std::string& path) {
    if (value.kind != Kind::kMap) return wrong_type(value, shape, limits, path);
    std::vector<std::string> names;
    for (const Member& member : shape.members) {
      names.push_back(member.name);
      const Value* entry = value.find(member.name);
      const std::string inner = path + "/" + member.name;
      if (entry != nullptr && !entry->is_missing_marker()) {
        check(*entry, member.shape, member.constraint, inner);
      } else if (entry != nullptr || (member.constraint.required && !allow_missing_)) {
        add(entry != nullptr ? *entry : value, inner, "missing required value " + inner,
            expected(member.shape, member.constraint), entry != nullptr ? "???" : "nothing",
            "set it: " + member.doc);
      }
    }
    for (const auto& [key, entry] : value.entries) {
      if (std::find(names.begin(), names.end(), key) != names.end()) continue;
      add(entry, path + "/" + key, fmt::format("unknown member `{}`", key), join(names, ", "), key,
          did_you_mean(key, names, "remove it"));
    }
  }

  void check_scalar(const Value& value, const Shape& shape, const Constraint& limits,
                    const std::string& path) {
    if (value.kind != Kind::kScalar) return wrong_type(value, shape, limits, path);
    const std::string& text = value.text;
    if (shape.kind == Shape::Kind::kString) return check_choice(value, limits.choices, path);
    if (shape.kind == Shape::Kind::kEnum) return check_choice(value, shape.names, path);
    if (value.quoted) return wrong_type(value, shape, limits, path);
    if (shape.kind == Shape::Kind::kBool) {
      if (text != "true" && text != "false") wrong_type(value, shape, limits, path);
      return;
    }
    std::optional<double> number = parse_float(text);
    if (shape.kind == Shape::Kind::kInteger) {
      const std::optional<int64_t> integer = parse_integer(text);
      number = integer ? std::optional(static_cast<double>(*integer)) : std::nullopt;
    }
    if (!number) return wrong_type(value, shape, limits, path);
    if (!limits.allows(*number)) {
      add(value, path, path + " is out of range", expected(shape, limits), text);
    }
  }

  void check_choice(const Value& value, const std::vector<std::string>& choices,
                    const std::string& path) {
    if (choices.empty()) return;
    if (std::find(choices.begin(), choices.end(), value.text) != choices.end()) return;
    add(value, path, path + " is not one of its choices", "one of " + join(choices, ", "),
        quote_text(value.text), did_you_mean(value.text, choices));
  }

  bool allow_missing_;
  std::vector<Problem>& problems_;
};

}  // namespace

std::string where_of(const Value& value, const std::string& path) {
  return value.place.empty() ? path : value.place + " " + path;
}

void check(const Value& value, const Shape& shape, const Constraint& constraint,
           const std::string& path, bool allow_missing, std::vector<Problem>& problems) {
  Checker(allow_missing, problems).check(value, shape, constraint, path);
}

}  // namespace twofold::config
