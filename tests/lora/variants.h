#pragma once
// The variants of adapters: each inherits the property tests here and in tests/interop. Ways to
// start come from their registry, so that one more line there is one more variant here.

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "lora/init/init.h"
#include "twofold/lora/lora.h"

namespace twofold::toy {

struct Variant {
  std::string name;
  std::function<void(LoRAConfig&)> apply;
  bool tied = true;  ///< whether the model's table is its head
};

inline void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }

/// What begins as `init`, alone and together with other settings.
inline void add_starts(std::vector<Variant>& all, const std::string& init) {
  all.push_back({init, [init](LoRAConfig& c) { c.init = init; }});
  all.push_back({init + "_rslora_dora", [init](LoRAConfig& c) {
                   c.init = init;
                   c.rslora = c.dora = true;
                 }});
  all.push_back({init + "_tables", [init](LoRAConfig& c) {
                   c.init = init;
                   c.target_modules.emplace_back("re:wte|lm_head");
                 }});
  all.push_back({init + "_dora_tables",
                 [init](LoRAConfig& c) {
                   c.init = init;
                   c.dora = true;
                   c.target_modules.emplace_back("re:wte|lm_head");
                 },
                 /*tied=*/false});
}

inline std::vector<Variant> variants() {
  std::vector<Variant> all = {
      {"plain", [](LoRAConfig&) {}},
      {"rslora", [](LoRAConfig& c) { c.rslora = true; }},
      {"dora", [](LoRAConfig& c) { c.dora = true; }},
      {"vera",
       [](LoRAConfig& c) {
         c.variant = "vera";
         c.alpha = LoRAConfig{}.alpha;
         c.bias = "lora_only";
       }},
      {"loraplus", [](LoRAConfig& c) { c.lr_ratio = 16; }},
      {"dropout", [](LoRAConfig& c) { c.dropout = 0.25; }},
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
         c.trained_tokens = {{"wte", {9, 3, 4}}};
       }},
  };
  for (const InitMethod& method : init_methods()) add_starts(all, method.name);
  return all;
}

}  // namespace twofold::toy
