#include "formats/json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "formats/json.h"

namespace twofold::formats {
namespace {

using nlohmann::json;

const json& no_value() {
  static const json kNull;
  return kNull;
}

const json& no_fields() {
  static const json kEmpty = json::object();
  return kEmpty;
}

std::string shown(const json& value) {
  return printable(value.dump(-1, ' ', false, json::error_handler_t::replace));
}

}  // namespace

struct JsonReader::Document {
  std::string file, hint;
  Faults faults;
  std::vector<Problem> problems = {};
  std::unordered_set<const json*> read = {};
};

JsonReader::JsonReader(const json& value, std::string file, std::string hint, Faults faults)
    : value_(&value), document_(new Document{std::move(file), std::move(hint), faults}) {
  if (value.is_object()) return;
  add("", "a value of the wrong type", "an object", value.type_name(), "");
  value_ = &no_fields();
}

const std::string& JsonReader::file() const { return document_->file; }

std::string JsonReader::where() const {
  return path_.empty() ? document_->file : document_->file + ": " + path_;
}

std::string JsonReader::inner(const std::string& name) const {
  return path_.empty() ? name : path_ + "/" + name;
}

// ── this value ──

std::string JsonReader::text() const {
  if (!value_->is_string()) refuse_type("a text");
  return value_->get<std::string>();
}

int64_t JsonReader::integer(int64_t low, int64_t high) const {
  const std::string expected = fmt::format("an integer from {} to {}", low, high);
  if (!value_->is_number_integer()) refuse_type(expected.c_str());
  const std::optional<int64_t> number = integer_of(*value_);
  if (!number || *number < low || *number > high) refuse("out of range", expected, shown(*value_));
  return *number;
}

double JsonReader::number() const {
  if (!value_->is_number()) refuse_type("a number");
  return value_->get<double>();
}

std::vector<JsonReader> JsonReader::items() const {
  if (!value_->is_array()) refuse_type("an array");
  std::vector<JsonReader> items;
  items.reserve(value_->size());
  for (const json& item : *value_) {
    items.push_back(JsonReader(*this, item, fmt::format("{}/{}", path_, items.size())));
  }
  return items;
}

// ── fields ──

const json* JsonReader::present(const std::string& name) const {
  if (!value_->is_object()) refuse_type("an object");
  auto found = value_->end();
  for (const auto& [stands_for, older] : aliases_) {
    if (stands_for == name) found = value_->find(older);
  }
  if (found == value_->end() || found->is_null()) found = value_->find(name);
  if (found == value_->end()) return nullptr;
  document_->read.insert(&*found);
  return found->is_null() ? nullptr : &*found;
}

bool JsonReader::has(const std::string& name) const { return present(name) != nullptr; }

bool JsonReader::is_null(const std::string& name) const {
  return !present(name) && value_->contains(name);
}

bool JsonReader::is(const std::string& name, const json& expected) const {
  const json* found = present(name);
  return found && *found == expected;
}

const json& JsonReader::field(const std::string& name) const {
  const json* found = present(name);
  return found ? *found : no_value();
}

std::optional<JsonReader> JsonReader::find(const std::string& name) const {
  const json* found = present(name);
  if (!found) return std::nullopt;
  return JsonReader(*this, *found, inner(name));
}

JsonReader JsonReader::at(const std::string& name) const {
  if (auto found = find(name)) return *found;
  JsonReader(*this, no_value(), inner(name)).refuse("a missing field", "a value", "no such field");
}

JsonReader JsonReader::child(const std::string& name) const {
  const json* found = present(name);
  if (found && !found->is_object()) wrong_type(name, "an object");
  return JsonReader(*this, found && found->is_object() ? *found : no_fields(), inner(name));
}

int64_t JsonReader::integer(const std::string& name, std::optional<int64_t> otherwise) const {
  const json* found = present(name);
  if (!found && otherwise) return *otherwise;
  if (const auto number = found ? integer_of(*found) : std::nullopt) return *number;
  wrong_type(name, "an integer");
  return 1;
}

double JsonReader::number(const std::string& name, std::optional<double> otherwise,
                          const Constraint& range) const {
  const json* found = present(name);
  if (!found && otherwise) return *otherwise;
  if (!found || !found->is_number()) {
    wrong_type(name, "a number");
    return 1;
  }
  const double number = found->get<double>();
  if (range.allows(number)) return number;
  problem(name, "a number out of range", "a number " + range.range_text());
  return 1;
}

bool JsonReader::flag(const std::string& name, bool otherwise) const {
  const json* found = present(name);
  if (found && found->is_boolean()) return found->get<bool>();
  if (found) wrong_type(name, "true or false");
  return otherwise;
}

std::string JsonReader::text(const std::string& name, const std::string& otherwise) const {
  const json* found = present(name);
  if (found && found->is_string()) return found->get<std::string>();
  if (found) wrong_type(name, "a text");
  return otherwise;
}

int64_t JsonReader::size(const std::string& name, std::optional<int64_t> otherwise,
                         int64_t max) const {
  const int64_t found = integer(name, otherwise);
  if (found >= 1 && found <= max) return found;
  problem(name, "a size out of range", "1 to " + std::to_string(max));
  return 1;
}

std::vector<std::string> JsonReader::unread() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : value_->items()) {
    if (!document_->read.contains(&value)) names.push_back(name);
  }
  return names;
}

// ── faults ──

void JsonReader::add(std::string path, std::string what, std::string expected, std::string found,
                     std::string hint) const {
  document_->problems.push_back({
      .what = std::move(what),
      .where = path.empty() ? document_->file : document_->file + ": " + path,
      .expected = std::move(expected),
      .found = std::move(found),
      .hint = hint.empty() ? document_->hint : std::move(hint),
  });
  if (document_->faults == Faults::kThrow) finish();
}

void JsonReader::problem(const std::string& name, std::string what, std::string expected,
                         std::string hint) const {
  const json* found = present(name);
  add(inner(name), std::move(what), std::move(expected), found ? shown(*found) : "no such field",
      std::move(hint));
}

void JsonReader::problem_at(const std::string& place, std::string what, std::string expected,
                            const json& found, std::string hint) const {
  add(inner(place), std::move(what), std::move(expected), shown(found), std::move(hint));
}

void JsonReader::wrong_type(const std::string& name, const char* expected) const {
  problem(name, has(name) ? "a value of the wrong type" : "a missing field", expected);
}

void JsonReader::refuse_type(const char* expected) const {
  refuse("a value of the wrong type", expected, shown(*value_));
}

void JsonReader::refuse(std::string what, std::string expected, std::string found,
                        std::string hint) const {
  add(path_, std::move(what), std::move(expected), printable(found), std::move(hint));
  throw Error(document_->problems);
}

void JsonReader::finish() const {
  if (!document_->problems.empty()) throw Error(document_->problems);
}

}  // namespace twofold::formats
