#include "report/settings.h"

#include "config/yaml.h"

namespace twofold::report {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

void flatten(const config::Value& value, const std::string& path, Settings& into) {
  if (value.kind != config::Value::Kind::kMap || value.entries.empty()) {
    into.emplace_back(path, flow_text(value));
    return;
  }
  for (const auto& [key, inner] : value.entries) {
    flatten(inner, path.empty() ? key : path + "/" + key, into);
  }
}

}  // namespace

Settings settings_in(const std::string& yaml, const std::string& file) {
  const config::Value tree = config::parse_yaml(yaml, file);
  config::check_is_map(tree);
  Settings all;
  flatten(tree, "", all);
  return all;
}

std::vector<double> numbers_in(const std::string& value) {
  std::vector<double> numbers;
  const config::Value tree = config::parse_yaml("value: " + value, "a setting");
  const config::Value* found = tree.find("value");
  const auto add = [&](const config::Value& item) {
    if (const auto number = config::parse_float(item.text)) numbers.push_back(*number);
  };
  if (found->kind == config::Value::Kind::kScalar) add(*found);
  for (const config::Value& item : found->items) add(item);
  return numbers;
}

}  // namespace twofold::report
