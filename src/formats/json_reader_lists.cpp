// What a JsonReader reads of lists, and of the fields that are not expected.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "formats/json.h"
#include "formats/json_reader.h"

namespace twofold::formats {

using nlohmann::json;

std::vector<double> JsonReader::numbers(const std::string& name, const Constraint& range) const {
  const json* found = present(name);
  if (!found) return {};
  std::vector<double> values;
  for (const json& entry : *found) {
    if (entry.is_number()) values.push_back(entry.get<double>());
  }
  if (!found->is_array() || values.size() != found->size()) wrong_type(name, "a list of numbers");
  if (!std::ranges::all_of(values, [&](double number) { return range.allows(number); })) {
    problem(name, "a number out of range", "numbers " + range.range_text());
  }
  return values;
}

std::vector<int64_t> JsonReader::integers(const std::string& name) const {
  const json* found = present(name);
  if (!found) return {};
  const json list = found->is_array() ? *found : json::array({*found});
  std::vector<int64_t> values;
  for (const json& entry : list) {
    if (const auto value = integer_of(entry)) values.push_back(*value);
  }
  if (values.size() != list.size()) wrong_type(name, "an integer or a list of integers");
  return values;
}

std::vector<std::string> JsonReader::texts(const std::string& name) const {
  const json* found = present(name);
  if (!found) return {};
  const json list = found->is_array() ? *found : json::array({*found});
  std::vector<std::string> values;
  for (const json& entry : list) {
    if (entry.is_string()) values.push_back(entry.get<std::string>());
  }
  if (values.size() != list.size()) wrong_type(name, "a text or a list of texts");
  return values;
}

int64_t JsonReader::place(const std::string& name, const json& entry) const {
  const json& list = field(name);
  const auto found = std::find(list.begin(), list.end(), entry);
  return !list.is_array() || found == list.end() ? 0 : found - list.begin() + 1;
}

void JsonReader::only(const std::string& name, const json& expected) const {
  const json* found = present(name);
  if (found && *found != expected) {
    problem(name, "this variant of the model is not supported", expected.dump());
  }
}

void JsonReader::absent(const std::string& name) const {
  if (has(name)) problem(name, "this variant of the model is not supported", "no such field");
}

void JsonReader::alias(const std::string& name, const std::string& older) {
  if (has(older)) aliases_.emplace_back(name, older);
}

}  // namespace twofold::formats
