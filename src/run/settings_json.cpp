#include "run/settings_json.h"

#include <nlohmann/json.hpp>

#include "config/yaml.h"

namespace twofold {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const config::Value& value) {
  Json json;
  switch (value.kind) {
    case config::Value::Kind::kNull:
      break;
    case config::Value::Kind::kScalar:
      if (value.quoted) return value.text;
      if (value.text == "true" || value.text == "false") return value.text == "true";
      if (const auto whole = config::parse_integer(value.text)) return *whole;
      if (const auto number = config::parse_float(value.text)) return *number;
      return value.text;
    case config::Value::Kind::kList:
      json = Json::array();
      for (const config::Value& item : value.items) json.push_back(json_of(item));
      break;
    case config::Value::Kind::kMap:
      json = Json::object();
      for (const auto& [key, entry] : value.entries) json[key] = json_of(entry);
      break;
  }
  return json;
}

}  // namespace

std::string settings_json(const std::string& yaml) {
  return json_of(config::parse_yaml(yaml, "the settings", /*with_lines=*/false)).dump();
}

}  // namespace twofold
