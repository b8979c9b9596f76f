// VeRA (Kopiczko et al. 2023, arXiv 2310.11454), as PEFT has it: W + A·diag(d)·B·diag(b). A and B
// are random, frozen and shared by all leaves; each leaf takes the part of them that its inputs and
// outputs need. Trained are two vectors for each leaf, d and b.
#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "lora/init/random_factor.h"
#include "lora/select/selection.h"
#include "lora/select/target.h"
#include "lora/variants/low_rank.h"
#include "lora/variants/registry.h"
#include "tensor/packed.h"

namespace twofold {
namespace {

constexpr const char* kSharedA = "vera_A";         // (r, the most inputs)
constexpr const char* kSharedB = "vera_B";         // (the most outputs, r)
constexpr const char* kLambdaD = "vera_lambda_d";  // (r)
constexpr const char* kLambdaB = "vera_lambda_b";  // (out)
constexpr const char* kInitialKey = "vera/d_initial";
constexpr const char* kSeedKey = "vera/seed";
constexpr double kInitial = 0.1;
constexpr int64_t kSeed = 0;

class VeraAdapter final : public LowRankAdapter {
 public:
  VeraAdapter(const Variant& variant, const Site& site, AdapterTensors tensors)
      : LowRankAdapter(variant, site, std::move(tensors), /*scale=*/1),
        in_(site.leaf().shape[0]),
        out_(site.leaf().shape[1]) {}

  LowRank term() const override {
    return {.A = tensor(kSharedA).narrow(1, 0, in_).t() * tensor(kLambdaD),
            .B = tensor(kSharedB).narrow(0, 0, out_).t() * tensor(kLambdaB)};
  }

 private:
  int64_t in_, out_;
};

class Vera final : public Variant {
 public:
  std::string name() const override { return "VeRA"; }
  std::string setting() const override { return "vera"; }
  std::string peft_type() const override { return "VERA"; }
  std::string note(const LoRAConfig&) const override { return ", VeRA"; }

  void declare(config::Fields& fields, LoRAConfig& config) const override {
    fields.add(std::string(kLoraSection) + kInitialKey, config.own.number(kInitialKey, kInitial),
               "VeRA: what each leaf's vector of length r starts as (the other starts as 0).",
               {.min = 0, .exclusive_min = true});
    fields.add(std::string(kLoraSection) + kSeedKey, config.own.integer(kSeedKey, kSeed),
               "VeRA: seed of the random matrices that all leaves share.",
               {.min = 0, .max = kMaxExact});
  }
  bool adapts_targets(const LoRAConfig& config) const override {
    return config.variant == setting() && !config.dora;
  }
  bool trains(const Site& site) const override {
    return site.selected.targeted && adapts_targets(site.config());
  }
  std::vector<TensorSpec> tensors(const Site& site) const override;
  AdapterTensors fresh(const Site& site, Parameter& leaf, Injection& injection) const override;
  std::shared_ptr<Adapter> make(const Site& site, AdapterTensors tensors) const override {
    return std::make_shared<VeraAdapter>(*this, site, std::move(tensors));
  }
  void add_problems(const Selection& selection, std::vector<Problem>& problems) const override;
  int64_t activations(const Site& site) const override { return low_rank_activations(site); }
};

std::vector<TensorSpec> Vera::tensors(const Site& site) const {
  const int64_t rank = site.config().rank;
  int64_t inputs = 0, outputs = 0;
  for (const SelectedLeaf& selected : site.selection.leaves) {
    if (!trains({site.selection, selected})) continue;
    const Parameter& leaf = site.selection.leaf(selected);
    inputs = std::max(inputs, leaf.shape[0]);
    outputs = std::max(outputs, leaf.shape[1]);
  }
  return {{kLambdaD, {rank}},
          {kLambdaB, {site.leaf().shape[1]}},
          {kSharedA, {rank, inputs}, TensorSpec::Kind::kShared},
          {kSharedB, {outputs, rank}, TensorSpec::Kind::kShared}};
}

/// He et al. 2015 for what a matrix (fan_out, fan_in) is multiplied with, uniform.
at::Tensor random_projection(const std::string& name, int64_t rows, int64_t columns,
                             const LoRAConfig& config) {
  const InitSubject subject{.path = name,
                            .seed = static_cast<uint64_t>(config.own.integer_or(kSeedKey, kSeed))};
  return uniform_factor(subject, rows, columns, std::sqrt(6.0 / static_cast<double>(columns)));
}

AdapterTensors Vera::fresh(const Site& site, Parameter& leaf, Injection& injection) const {
  const at::Device device = device_of(leaf.weight);
  AdapterTensors own;
  for (const TensorSpec& spec : tensors(site)) {
    if (spec.kind == TensorSpec::Kind::kShared) {
      at::Tensor& shared = injection.shared[spec.name];
      if (!shared.defined()) {
        shared =
            random_projection(spec.name, spec.shape[0], spec.shape[1], site.config()).to(device);
      }
      own[spec.name] = shared;
    } else {
      const double value =
          spec.name == kLambdaD ? site.config().own.number_or(kInitialKey, kInitial) : 0.0;
      own[spec.name] = at::full(spec.shape, value, at::TensorOptions(at::kFloat).device(device));
    }
  }
  return own;
}

/// PEFT's VeRA has none of what is refused here.
void Vera::add_problems(const Selection& selection, std::vector<Problem>& problems) const {
  const LoRAConfig &config = selection.config, usual;
  if (!adapts_targets(config)) return;
  const auto refuse = [&](bool found, const char* key, const std::string& expected,
                          const std::string& value) {
    if (!found) return;
    problems.push_back({.what = "a setting that VeRA does not have",
                        .where = std::string(kLoraSection) + key,
                        .expected = expected,
                        .found = value,
                        .hint = "leave the key out, or set optimization/lora/variant to lora"});
  };
  refuse(config.alpha != usual.alpha, "alpha", "no such key: VeRA's scale is 1",
         fmt::format("{}", config.alpha));
  refuse(config.rslora, "rslora", "false: VeRA's scale is 1", "true");
  refuse(!config.rank_pattern.empty(), "rank_pattern", "none: the matrices are shared", "a rank");
  refuse(!config.alpha_pattern.empty(), "alpha_pattern", "none: VeRA's scale is 1", "an alpha");
  refuse(config.lr_ratio != usual.lr_ratio, "lr_ratio", "1: VeRA trains no A and B",
         fmt::format("{}", config.lr_ratio));
  refuse(config.init != usual.init, "init", usual.init + ": VeRA starts in a way of its own",
         config.init);
  refuse(!config.trained_tokens.empty(), "variant", "lora beside tokenizer/add_tokens", "vera");
  for (const SelectedLeaf& selected : selection.leaves) {
    const std::string& path = selection.leaf(selected).path;
    const bool dense = !trains({selection, selected}) || is_dense_kernel(path);
    refuse(!dense, "target_modules", "dense layers: VeRA adapts no tables and no head", path);
    if (!dense) return;
  }
}

}  // namespace

const Variant& vera_variant() {
  static const Vera kVariant;
  return kVariant;
}

}  // namespace twofold
