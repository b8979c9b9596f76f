#include "config/path.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "config/check.h"

namespace twofold::config {
namespace {

/// One step of a path: the part of `whole` called `name` and that part's type.
class Step {
 public:
  Step(Value& whole, const Shape& shape, const std::string& key, const std::string& name,
       const Value& value)
      : whole_(whole), shape_(shape), key_(key), name_(name), value_(value) {}

  std::pair<Value*, const Shape*> take() const {
    switch (shape_.kind) {
      case Shape::Kind::kList:
        return {element(), shape_.element.get()};
      case Shape::Kind::kMap:
        return {entry(), shape_.element.get()};
      case Shape::Kind::kRecord:
        return member();
      default:
        refuse(key_ + " has no parts", type_text(shape_), "set the key itself: " + key_ + "=…");
    }
  }

 private:
  [[noreturn]] void refuse(std::string what, std::string expected, std::string hint) const {
    fail({.what = std::move(what),
          .where = where_of(value_, key_ + "/" + name_),
          .expected = std::move(expected),
          .found = name_,
          .hint = std::move(hint)});
  }

  /// The whole must be of the declared kind before a part of it can be replaced.
  void require(Value::Kind kind) const {
    if (whole_.kind != kind) {
      refuse(fmt::format("{} is {} at {}, so it has no part {}", key_, flow_text(whole_),
                         whole_.place, name_),
             type_text(shape_), "set the key itself: " + key_ + "=…");
    }
  }

  Value* element() const {
    require(Value::Kind::kList);
    const size_t length = whole_.items.size();
    const bool digits =
        !name_.empty() && name_.find_first_not_of("0123456789") == std::string::npos;
    const std::optional<int64_t> index = digits ? parse_integer(name_) : std::nullopt;
    if (!index || static_cast<uint64_t>(*index) >= length) {
      refuse(fmt::format("no element {} in {}", name_, key_),
             length == 0
                 ? "no index: the list is empty"
                 : fmt::format("an index from 0 to {}: the list has length {}", length - 1, length),
             "to make the list longer, set it whole: key=[…]");
    }
    return &whole_.items[static_cast<size_t>(*index)];
  }

  Value* entry() const {
    require(Value::Kind::kMap);
    if (whole_.find(name_) == nullptr) whole_.set(name_, {});
    return whole_.find(name_);
  }

  std::pair<Value*, const Shape*> member() const {
    std::vector<std::string> names;
    for (const Member& member : shape_.members) {
      if (member.name == name_) return {entry(), &member.shape};
      names.push_back(member.name);
    }
    refuse(fmt::format("unknown member `{}`", name_), join(names, ", "),
           did_you_mean(name_, names, "remove it"));
  }

  Value& whole_;
  const Shape& shape_;
  const std::string& key_;
  const std::string& name_;
  const Value& value_;
};

}  // namespace

void set_at_path(Value& whole, const Shape& shape, const std::string& key,
                 const std::vector<std::string>& path, Value value) {
  Value* part = &whole;
  const Shape* type = &shape;
  std::string done = key;
  for (const std::string& name : path) {
    std::tie(part, type) = Step(*part, *type, done, name, value).take();
    done += "/" + name;
  }
  *part = std::move(value);
}

}  // namespace twofold::config
