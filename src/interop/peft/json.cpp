#include "interop/peft/json.h"

#include <fmt/format.h>

#include "formats/json.h"

namespace twofold {
namespace {

using nlohmann::json;

bool means_nothing(const json& value) {
  return value.is_null() || value == false ||
         ((value.is_object() || value.is_array()) && value.empty());
}

}  // namespace

PeftJson::PeftJson(const std::string& text, std::string file)
    : config_(formats::parse_json(text, file)),
      in_order_(nlohmann::ordered_json::parse(text)),
      file_(std::move(file)) {
  if (config_.is_object()) return;
  fail({.what = "not a PEFT configuration",
        .where = file_,
        .expected = "a JSON object",
        .found = config_.type_name(),
        .hint = "save the adapter again with PEFT's save_pretrained"});
}

void PeftJson::problem(const std::string& key, std::string what, std::string expected,
                       const json& found, std::string hint) {
  problems_.push_back({.what = std::move(what),
                       .where = where(key),
                       .expected = std::move(expected),
                       .found = formats::printable(found.dump()),
                       .hint = std::move(hint)});
}

const json& PeftJson::take(const std::string& key) {
  static const json kNull;
  read_.insert(key);
  const auto found = config_.find(key);
  return found == config_.end() ? kNull : *found;
}

void PeftJson::flag(const std::string& key, bool& to) {
  const json& value = take(key);
  if (value.is_boolean())
    to = value.get<bool>();
  else if (!value.is_null())
    problem(key, "wrong type", "true or false", value);
}

void PeftJson::number(const std::string& key, double& to, double least, double below) {
  const json& value = take(key);
  if (value.is_null()) return;
  if (!value.is_number() || !(value.get<double>() >= least) || !(value.get<double>() < below)) {
    return problem(key, "not a possible value",
                   fmt::format("a number of at least {} and below {}", least, below), value);
  }
  to = value.get<double>();
}

std::vector<std::string> PeftJson::texts(const std::string& key) {
  const json& value = take(key);
  std::vector<std::string> all;
  if (value.is_null()) return all;
  if (value.is_string()) return {value.get<std::string>()};
  if (!value.is_array()) {
    problem(key, "wrong type", "a list of names", value);
    return all;
  }
  for (const json& item : value) {
    if (item.is_string())
      all.push_back(item.get<std::string>());
    else
      problem(key, "wrong type", "a list of names", item);
  }
  return all;
}

void PeftJson::finish(const std::set<std::string>& without_meaning) {
  for (const auto& [key, value] : config_.items()) {
    if (read_.contains(key) || without_meaning.contains(key) || means_nothing(value)) continue;
    problem(key, "an option that is not supported and changes what the adapter means",
            "no such key, or null or false", value);
  }
  if (!problems_.empty()) throw Error(std::move(problems_));
}

}  // namespace twofold
