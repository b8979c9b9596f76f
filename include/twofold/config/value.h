#pragma once
// A configuration value before it has a C++ type: a small tree that remembers where it was written.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace twofold::config {

struct Value {
  enum class Kind { kNull, kScalar, kList, kMap };
  using Entry = std::pair<std::string, Value>;

  Kind kind = Kind::kNull;
  std::string text = {};   ///< of a scalar, without its quotes
  bool quoted = false;     ///< the scalar is a string, even if it looks like a number
  std::string place = {};  ///< "run.yaml:7", "override a.b=1"; empty for values that nobody wrote
  std::vector<Value> items = {};
  std::vector<Entry> entries = {};  ///< of a map, in the order written; keys are unique

  static Value scalar(std::string text) { return {.kind = Kind::kScalar, .text = std::move(text)}; }
  static Value string(std::string text) {
    return {.kind = Kind::kScalar, .text = std::move(text), .quoted = true};
  }
  static Value list() { return {.kind = Kind::kList}; }
  static Value map() { return {.kind = Kind::kMap}; }

  bool is_missing_marker() const { return kind == Kind::kScalar && !quoted && text == "???"; }
  Value* find(std::string_view key);
  const Value* find(std::string_view key) const;
  void set(const std::string& key, Value value);  ///< adds or replaces a map's entry
};

/// YAML flow text on one line: `[{name: a, rate: 1.0}]`. Two values taken from C++ targets are
/// equal if and only if their texts are equal; `place` does not count.
std::string flow_text(const Value& value);
/// A text as a YAML scalar: plain where every YAML reader takes it for a string, else quoted.
std::string quote_text(const std::string& text);

std::string integer_text(int64_t number);
/// The shortest text that reads back as the same double and that YAML takes for a float: "1.0e-06".
std::string float_text(double number);

/// Numbers as YAML writes them, with `_` between digits allowed. An integer may be written as a
/// float (1e9) if it is whole and at most 2^53 in size. Empty for any other text and on overflow.
std::optional<int64_t> parse_integer(const std::string& text);
std::optional<double> parse_float(const std::string& text);

}  // namespace twofold::config
