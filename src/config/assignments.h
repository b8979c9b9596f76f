#pragma once
// Which declared key gets which value from a YAML tree and the overrides, which take precedence.

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "config/fields.h"

namespace twofold::config {

class Assignments {
 public:
  /// `tree`: the parsed text of `source`.
  Assignments(const Fields& fields, Value tree, const Source& source);

  /// The value that the source gives to a key, or nullptr. Not yet checked against the key's type.
  const Value* find(const std::string& key) const;
  /// Unknown keys, sections that are given a value, overrides that cannot be applied.
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  void add_tree(const Value& tree, const std::string& section);
  void add_override(const std::string& text, const std::vector<std::string>& ignored);
  void set_inside(const Field& field, const std::vector<std::string>& path, Value value);
  void unknown(const Value& value, const std::string& key);

  const Fields& fields_;
  std::map<std::string, Value> values_;
  std::vector<Problem> problems_;
};

}  // namespace twofold::config
