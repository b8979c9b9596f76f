#include "interop/peft/mapping.h"

#include <algorithm>

#include "base/error.h"

namespace twofold {

const std::vector<const PeftMapping*>& peft_mappings() {
  static const std::vector<const PeftMapping*> kMappings = {
      &peft_lora(),
      &peft_vera(),
  };
  return kMappings;
}

const PeftMapping* find_peft_mapping(const std::string& type) {
  const auto& all = peft_mappings();
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const PeftMapping* mapping) { return mapping->type() == type; });
  return found == all.end() ? nullptr : *found;
}

const PeftMapping& peft_mapping(const std::string& type) {
  const PeftMapping* found = find_peft_mapping(type);
  TWOFOLD_EXPECT(found, "no mapping for the peft_type " + type);
  return *found;
}

}  // namespace twofold
