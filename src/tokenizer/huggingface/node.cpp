#include "tokenizer/huggingface/node.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "formats/json.h"

namespace twofold::hf {

std::string Node::where() const { return path_.empty() ? *file_ : *file_ + " " + path_; }

std::optional<Node> Node::find(const std::string& key) const {
  if (!value_->is_object()) refuse("wrong type", "an object", value_->type_name());
  const auto member = value_->find(key);
  if (member == value_->end() || member->is_null()) return std::nullopt;
  return Node(*member, *file_, path_.empty() ? key : path_ + "/" + key);
}

Node Node::at(const std::string& key) const {
  if (auto member = find(key)) return *member;
  refuse(fmt::format("`{}` is missing", key), fmt::format("an object with `{}`", key), "none");
}

std::vector<Node> Node::items() const {
  if (!value_->is_array()) refuse("wrong type", "an array", value_->type_name());
  std::vector<Node> nodes;
  nodes.reserve(value_->size());
  for (const auto& item : *value_) {
    nodes.emplace_back(item, *file_, fmt::format("{}/{}", path_, nodes.size()));
  }
  return nodes;
}

std::string Node::text() const {
  if (!value_->is_string()) refuse("wrong type", "a string", value_->type_name());
  return value_->get<std::string>();
}

int64_t Node::integer(int64_t low, int64_t high) const {
  const std::string expected = fmt::format("an integer from {} to {}", low, high);
  if (!value_->is_number_integer()) refuse("wrong type", expected, value_->type_name());
  const bool too_large = value_->is_number_unsigned() && value_->get<uint64_t>() > INT64_MAX;
  const auto number = too_large ? INT64_MAX : value_->get<int64_t>();
  if (number < low || number > high) refuse("out of range", expected, value_->dump());
  return number;
}

double Node::number() const {
  if (!value_->is_number()) refuse("wrong type", "a number", value_->type_name());
  return value_->get<double>();
}

bool Node::flag(const std::string& key, bool fallback) const {
  const std::optional<Node> member = find(key);
  if (!member) return fallback;
  if (!member->value_->is_boolean()) {
    member->refuse("wrong type", "true or false", member->value_->type_name());
  }
  return member->value_->get<bool>();
}

void Node::refuse(std::string what, std::string expected, std::string found) const {
  fail({.what = std::move(what),
        .where = where(),
        .expected = std::move(expected),
        .found = formats::printable(found),
        .hint = "take the tokenizer.json as the `tokenizers` library writes it"});
}

void Node::unsupported(const std::string& kind, const std::string& type,
                       const std::vector<std::string>& known) const {
  fail({.what = fmt::format("unsupported {}: {}", kind, formats::printable(type)),
        .where = where(),
        .expected = join(known, ", "),
        .found = formats::printable(type),
        .hint = "twofold does not guess what it does not know: its ids would be wrong"});
}

}  // namespace twofold::hf
