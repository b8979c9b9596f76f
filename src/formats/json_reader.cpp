#include "formats/json_reader.h"

#include <algorithm>

#include "base/text.h"
#include "formats/json.h"

namespace twofold {

HfReader::HfReader(const nlohmann::json& config, std::string file, std::string hint)
    : config_(config),
      file_(std::move(file)),
      hint_(std::move(hint)),
      problems_(std::make_shared<std::vector<Problem>>()) {
  if (config_.is_object()) return;
  problems_->push_back({.what = "not a model's config",
                        .where = file_,
                        .expected = "an object",
                        .found = config_.type_name(),
                        .hint = "take the config.json of a Hugging Face model"});
  config_ = nlohmann::json::object();
}

const nlohmann::json* HfReader::value(const std::string& name) const {
  const auto found = config_.find(name);
  return found == config_.end() || found->is_null() ? nullptr : &*found;
}

bool HfReader::has(const std::string& name) const { return value(name) != nullptr; }

bool HfReader::is_null(const std::string& name) const {
  const auto found = config_.find(name);
  return found != config_.end() && found->is_null();
}

bool HfReader::is(const std::string& name, const nlohmann::json& expected) const {
  const nlohmann::json* found = value(name);
  return found && *found == expected;
}

void HfReader::problem(const std::string& name, std::string what, std::string expected,
                       std::string hint) {
  const nlohmann::json* found = value(name);
  problems_->push_back({.what = std::move(what),
                        .where = file_ + ": " + prefix_ + name,
                        .expected = std::move(expected),
                        .found = found ? formats::printable(found->dump()) : "no such field",
                        .hint = hint.empty() ? hint_ : std::move(hint)});
}

void HfReader::wrong_type(const std::string& name, const char* expected) {
  problem(name, has(name) ? "a field of the wrong type" : "a missing field", expected);
}

void HfReader::model_type(const std::vector<std::string>& supported, const std::string& what) {
  const auto is_supported = [&](const HfReader& config) {
    return std::any_of(supported.begin(), supported.end(),
                       [&](const std::string& type) { return config.is("model_type", type); });
  };
  if (is_supported(*this)) return;
  const bool multimodal = is_supported(child("text_config"));
  problem("model_type", multimodal ? "a model of more than text" : what,
          "one of: " + join(supported, ", "),
          multimodal ? "save its text part as a model of its own: docs/models.md shows how"
                     : "take a model of one of these kinds: the field only tells what it is");
  finish();  // the other fields would only repeat it
}

void HfReader::alias(const std::string& name, const std::string& older) {
  if (const nlohmann::json* found = value(older)) config_[name] = nlohmann::json(*found);
}

int64_t HfReader::integer(const std::string& name, std::optional<int64_t> otherwise) {
  const nlohmann::json* found = value(name);
  if (!found && otherwise) return *otherwise;
  if (found && found->is_number_integer()) return found->get<int64_t>();
  wrong_type(name, "an integer");
  return 1;
}

double HfReader::number(const std::string& name, std::optional<double> otherwise,
                        const Constraint& range) {
  const nlohmann::json* found = value(name);
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

bool HfReader::flag(const std::string& name, bool otherwise) {
  const nlohmann::json* found = value(name);
  if (found && found->is_boolean()) return found->get<bool>();
  if (found) wrong_type(name, "true or false");
  return otherwise;
}

std::string HfReader::text(const std::string& name, const std::string& otherwise) {
  const nlohmann::json* found = value(name);
  if (found && found->is_string()) return found->get<std::string>();
  if (found) wrong_type(name, "a text");
  return otherwise;
}

std::vector<int64_t> HfReader::integers(const std::string& name) {
  const nlohmann::json* found = value(name);
  if (!found) return {};
  const nlohmann::json list = found->is_array() ? *found : nlohmann::json::array({*found});
  std::vector<int64_t> values;
  for (const nlohmann::json& entry : list) {
    if (entry.is_number_integer()) values.push_back(entry.get<int64_t>());
  }
  if (values.size() != list.size()) wrong_type(name, "an integer or a list of integers");
  return values;
}

int64_t HfReader::place(const std::string& name, const nlohmann::json& entry) const {
  const nlohmann::json* list = value(name);
  if (!list || !list->is_array()) return 0;
  const auto found = std::find(list->begin(), list->end(), entry);
  return found == list->end() ? 0 : found - list->begin() + 1;
}

std::vector<double> HfReader::numbers(const std::string& name, const Constraint& range) {
  const nlohmann::json* found = value(name);
  if (!found) return {};
  std::vector<double> values;
  for (const nlohmann::json& entry : *found) {
    if (entry.is_number()) values.push_back(entry.get<double>());
  }
  if (!found->is_array() || values.size() != found->size()) wrong_type(name, "a list of numbers");
  if (!std::ranges::all_of(values, [&](double number) { return range.allows(number); })) {
    problem(name, "a number out of range", "numbers " + range.range_text());
  }
  return values;
}

int64_t HfReader::size(const std::string& name, std::optional<int64_t> otherwise, int64_t most) {
  const int64_t found = integer(name, otherwise);
  if (found >= 1 && found <= most) return found;
  problem(name, "a size out of range", "1 to " + std::to_string(most));
  return 1;
}

void HfReader::only(const std::string& name, const nlohmann::json& expected) {
  const nlohmann::json* found = value(name);
  if (found && *found != expected) {
    problem(name, "this variant of the model is not supported", expected.dump());
  }
}

void HfReader::absent(const std::string& name) {
  if (has(name)) problem(name, "this variant of the model is not supported", "no such field");
}

HfReader HfReader::child(const std::string& name) {
  const nlohmann::json* found = value(name);
  if (found && !found->is_object()) wrong_type(name, "an object");
  HfReader reader(found && found->is_object() ? *found : nlohmann::json::object(), file_, hint_);
  reader.prefix_ = prefix_ + name + "/";
  reader.problems_ = problems_;
  return reader;
}

void HfReader::finish() const {
  if (!problems_->empty()) throw Error(*problems_);
}

}  // namespace twofold
