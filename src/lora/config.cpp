// The settings of adapters, declared once.

#include <cmath>

#include "lora/init/init.h"
#include "lora/lora.h"
#include "lora/select/target.h"

namespace twofold {

namespace {

constexpr double kMostRank = 0x1p14;  // as wide as models are; adapters stay countable in an int64

}  // namespace

void LoRAConfig::declare(config::Fields& fields) {
  const auto add = [&](const char* name, auto& target, const char* doc,
                       Constraint constraint = {}) {
    fields.add(std::string(kLoraSection) + name, target, doc, std::move(constraint));
  };
  const Constraint positive{.min = 0, .exclusive_min = true};
  const Constraint rank_range{.min = 1, .max = kMostRank};
  add("rank", rank, "Rank r of each adapter: A is (in, r), B is (r, out).", rank_range);
  add("alpha", alpha, "Adapters are scaled by alpha / rank (rslora: alpha / sqrt(rank)).",
      positive);
  add("target_modules", target_modules,
      "What to adapt: every matrix whose slash path contains one of these texts, such as kernel, "
      "attn, q_proj or blocks/0/; all-linear; or re: and a regular expression for the whole path.");
  add("exclude_modules", exclude_modules,
      "What not to adapt although a target selects it; written as targets are.");
  add("layers_to_transform", layers_to_transform,
      "Adapt in these blocks only (numbers from 0); empty: in all of them, and outside of blocks.",
      {.min = 0});
  add("rank_pattern", rank_pattern,
      "Other ranks for some leaves: target -> rank. The longest target that selects a leaf "
      "decides.",
      rank_range);
  add("alpha_pattern", alpha_pattern, "Other alphas for some leaves: target -> alpha.", positive);
  add("modules_to_save", modules_to_save,
      "Modules to train whole, in float32, instead of adapting them; written as targets are.");
  add("bias", bias,
      "Biases trained too: none, all of the model's, or those of adapted layers (lora_only).",
      {.choices = {"none", "all", "lora_only"}});
  add("rslora", rslora, "Scale by alpha / sqrt(rank) (arXiv 2312.03732).");
  add("dora", dora,
      "Train the length of each column of the adapted weight (of the head: each row) apart from "
      "its "
      "direction (arXiv 2402.09353).");
  add("dropout", dropout,
      "Share of a matrix's inputs that its adapter does not see in a training step.",
      {.min = 0, .max = 1, .exclusive_max = true});
  add("init", init,
      "How adapters start: reference and gaussian (A normal, standard deviation 1/r, B zero), "
      "kaiming (PEFT's default), pissa and olora (taken out of the frozen weights).",
      {.choices = init_names()});
  add("lr_ratio", lr_ratio, "LoRA+ (arXiv 2402.12354): learning rate of B / learning rate of A.",
      positive);
  add("from_adapter", from_adapter,
      "PEFT folder whose adapters phase 2 starts from; it fills in rank, alpha, target_modules and "
      "the like.");
  add("base_adapters", base_adapters,
      "PEFT folders that are added to the weights before they are frozen, each DIR or DIR:weight; "
      "the new adapters are stacked on them.");
  add("base_dtype", base_dtype,
      "Element type of the frozen weights in phase 2; nf4: 4 bits for the blocks' dense kernels "
      "(QLoRA, arXiv 2305.14314), bfloat16 for the rest.",
      {.choices = {"bfloat16", "float32", kNf4}});
  add("lr", lr, "Peak learning rate of phase 2; -1 means optimization/lr.",
      {.min = 0, .exclusive_min = true, .or_else = -1});
}

double LoRAConfig::scale(int64_t r, double a) const {
  const double width = static_cast<double>(r);
  return a / (rslora ? std::sqrt(width) : width);
}

}  // namespace twofold
