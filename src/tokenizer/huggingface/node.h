#pragma once
// A value inside tokenizer.json that knows its place, so that each fault names file and key.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace twofold::hf {

class Node {
 public:
  Node(const nlohmann::json& value, const std::string& file, std::string path = {})
      : value_(&value), file_(&file), path_(std::move(path)) {}

  const nlohmann::json& value() const { return *value_; }
  const std::string& file() const { return *file_; }
  std::string where() const;  ///< "tokenizer.json pre_tokenizer/type"

  /// The member `key` of this object; none if it is absent or null.
  std::optional<Node> find(const std::string& key) const;
  Node at(const std::string& key) const;  ///< a missing member is an Error
  std::vector<Node> items() const;        ///< of this array

  std::string text() const;
  int64_t integer(int64_t low, int64_t high) const;
  double number() const;
  bool flag(const std::string& key, bool fallback) const;

  [[noreturn]] void refuse(std::string what, std::string expected, std::string found) const;
  /// Refuses a component whose "type" is `type`, and lists those that there are.
  [[noreturn]] void unsupported(const std::string& kind, const std::string& type,
                                const std::vector<std::string>& known) const;

 private:
  const nlohmann::json* value_;
  const std::string* file_;
  std::string path_;
};

}  // namespace twofold::hf
