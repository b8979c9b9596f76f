#include "twofold/config/value.h"

#include <fmt/format.h>

#include "base/text.h"

namespace twofold::config {

const Value* Value::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.first == key) return &entry.second;
  }
  return nullptr;
}

Value* Value::find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).find(key));
}

void Value::set(const std::string& key, Value value) {
  if (Value* present = find(key)) {
    *present = std::move(value);
  } else {
    entries.emplace_back(key, std::move(value));
  }
}

std::string flow_text(const Value& value) {
  std::vector<std::string> parts;
  switch (value.kind) {
    case Value::Kind::kNull:
      return "null";
    case Value::Kind::kScalar:
      return value.quoted ? quote_text(value.text) : value.text;
    case Value::Kind::kList:
      for (const Value& item : value.items) parts.push_back(flow_text(item));
      return fmt::format("[{}]", join(parts, ", "));
    case Value::Kind::kMap:
      for (const auto& [key, entry] : value.entries) {
        parts.push_back(quote_text(key) + ": " + flow_text(entry));
      }
      return fmt::format("{{{}}}", join(parts, ", "));
  }
  return "";
}

}  // namespace twofold::config
