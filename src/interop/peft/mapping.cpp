#include "interop/peft/mapping.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace twofold {

const PeftMapping& peft_mapping(const std::string& type) {
  static const std::array kMappings = {
      &peft_lora(),
      &peft_vera(),
  };
  const auto found =
      std::find_if(kMappings.begin(), kMappings.end(),
                   [&](const PeftMapping* mapping) { return mapping->keys().type() == type; });
  TWOFOLD_EXPECT(found != kMappings.end(), "no mapping for the peft_type " + type);
  return **found;
}

}  // namespace twofold
