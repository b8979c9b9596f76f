#pragma once
// The keys of an adapter_config.json, each asked for by name and type, and everything wrong with
// them.

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"

namespace twofold {

class PeftJson {
 public:
  /// `file` is its name, for errors. Throws an Error if the text is no JSON object.
  PeftJson(const std::string& text, std::string file);

  /// The value, or null; counts as read.
  const nlohmann::json& take(const std::string& key);
  /// The keys of an object that was taken, in the order of the file.
  const nlohmann::ordered_json& in_order(const std::string& key) const { return in_order_.at(key); }
  /// Into `to` if the key is there.
  void flag(const std::string& key, bool& to);
  void number(const std::string& key, double& to, double least, double below);
  /// A list, or one text for a list of one.
  std::vector<std::string> texts(const std::string& key);

  std::string where(const std::string& key) const { return file_ + ": " + key; }
  void problem(const std::string& key, std::string what, std::string expected,
               const nlohmann::json& found,
               std::string hint = "save the adapter again with PEFT, without this option");
  /// Every key that has not been read must say nothing, unless it is `without_meaning`. Throws one
  /// Error with all problems.
  void finish(const std::set<std::string>& without_meaning);

 private:
  nlohmann::json config_;
  nlohmann::ordered_json in_order_;
  std::string file_;
  std::set<std::string> read_;
  std::vector<Problem> problems_;
};

}  // namespace twofold
