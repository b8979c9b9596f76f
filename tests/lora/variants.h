#pragma once
// The registry of variants: each line inherits the property tests here and in tests/job.

#include <functional>
#include <ostream>
#include <vector>

#include "lora/lora.h"

namespace twofold::toy {

struct Variant {
  const char* name;
  std::function<void(LoRAConfig&)> apply;
};

inline void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }

inline const std::vector<Variant>& variants() {
  static const std::vector<Variant> kVariants = {
      {"plain", [](LoRAConfig&) {}},
      {"rslora", [](LoRAConfig& c) { c.rslora = true; }},
      {"dora", [](LoRAConfig& c) { c.dora = true; }},
      {"loraplus", [](LoRAConfig& c) { c.lr_ratio = 16; }},
      {"dropout", [](LoRAConfig& c) { c.dropout = 0.25; }},
      {"gaussian", [](LoRAConfig& c) { c.init = "gaussian"; }},
      {"kaiming", [](LoRAConfig& c) { c.init = "kaiming"; }},
      {"pissa", [](LoRAConfig& c) { c.init = "pissa"; }},
      {"olora", [](LoRAConfig& c) { c.init = "olora"; }},
      {"pissa_rslora_dora",
       [](LoRAConfig& c) {
         c.init = "pissa";
         c.rslora = c.dora = true;
       }},
      {"patterns",
       [](LoRAConfig& c) {
         c.rank_pattern = {{"blocks/1/", 2}};
         c.alpha_pattern = {{"attn", 8}};
       }},
      {"last_block", [](LoRAConfig& c) { c.layers_to_transform = {1}; }},
      {"biases", [](LoRAConfig& c) { c.bias = "all"; }},
      {"whole_modules",
       [](LoRAConfig& c) {
         c.modules_to_save = {"wte", "blocks/0/mlp"};
       }},
      {"rows",
       [](LoRAConfig& c) {
         c.rows = {{"wte", {9, 3, 4}}};
       }},
  };
  return kVariants;
}

}  // namespace twofold::toy
