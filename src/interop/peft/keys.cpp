#include "interop/peft/keys.h"

#include <algorithm>

namespace twofold {

const std::vector<const PeftKeys*>& peft_keys() {
  static const std::vector<const PeftKeys*> kAll = {
      &peft_lora_keys(),
      &peft_vera_keys(),
  };
  return kAll;
}

const PeftKeys* find_peft_keys(const std::string& type) {
  const auto& all = peft_keys();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const PeftKeys* keys) { return keys->type() == type; });
  return found == all.end() ? nullptr : *found;
}

}  // namespace twofold
