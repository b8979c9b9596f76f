#include "run/continual_config.h"

#include <fmt/format.h>

#include "base/error.h"
#include "model/families/registry.h"

namespace twofold {
namespace {

constexpr const char* kOverlap = "training/fade/overlap";
constexpr const char* kPerBoundary = "training/fade/per_boundary_overlap";
constexpr const char* kPostTokens = "training/post_lora_tokens";
constexpr const char* kPostDataset = "training/post_lora_dataset";

}  // namespace

void FadeConfig::declare(config::Fields& fields) {
  fields.add(kOverlap, overlap,
             "Length of the fade from one stage of phase 1 to the next, as a share of the shorter "
             "of the two; 0 = at once.",
             {.min = 0});
  fields.add("training/fade/curve", curve, "How the share of the next stage rises over a fade.");
  fields.add("training/fade/steepness", steepness, "Slope of the sigmoid.", kPositive);
  fields.add(kPerBoundary, per_boundary_overlap,
             "The overlap of each boundary, instead of training/fade/overlap for all.", {.min = 0});
}

std::vector<double> FadeConfig::overlaps(size_t stages) const {
  const size_t boundaries = stages == 0 ? 0 : stages - 1;
  if (per_boundary_overlap.empty()) return std::vector<double>(boundaries, overlap);
  if (per_boundary_overlap.size() == boundaries) return per_boundary_overlap;
  fail({.what = "fades are given for other boundaries than the stages have",
        .where = kPerBoundary,
        .expected =
            fmt::format("{} values, one for each boundary between {} stages", boundaries, stages),
        .found = fmt::format("{}", per_boundary_overlap.size()),
        .hint = "give 0 for a boundary without a fade, or set training/fade/overlap for all"});
}

std::string FadeConfig::key(size_t i) const {
  return per_boundary_overlap.empty() ? kOverlap : fmt::format("{}/{}", kPerBoundary, i);
}

std::vector<Mixture> ContinualConfig::first_mixtures() {
  std::vector<Mixture> all = {{{.name = "fineweb", .style = DatasetStyle::PMD}}};
  for (const char* name : {"mnli", "qqp", "sst2", "siqa"}) {
    all.push_back({{.name = name, .style = DatasetStyle::PADDED}});
  }
  return all;
}

void ContinualConfig::declare(config::Fields& fields, bool adapts) {
  fields.add("architecture/family", family,
             "The family of the model; that of the weights where these are named.",
             {.choices = model_families()});
  fields.add(kTokens, tokens, "Token budget of each stage of the phase that trains everything.",
             kBudget);
  fields.add(kDataset, dataset, "Mixture of each of these stages; rates of a mixture sum to 1.");
  fade.declare(fields);
  fields.add("training/skip_first_dataset_validation", skip_first_dataset_validation,
             "No periodic validation during the first stage; its end is scored all the same.");
  fields.add("optimization/reset_optimizer", reset_optimizer,
             "Every stage begins with fresh moments, and has the learning rate's schedule to "
             "itself, over its own steps.");
  if (!adapts) return;
  fields.add(kPostTokens, post_lora_tokens, "Phase 2: token budget of each stage.", kBudget);
  fields.add(kPostDataset, post_lora_dataset, "Phase 2: mixture of each stage.");
  fields.add(
      "continual/control", control,
      "full: phase 2 trains all parameters on the same stages, to compare with; it takes the "
      "memory of phase 1.");
}

std::vector<StageConfig> ContinualConfig::stages(bool adapts) const {
  std::vector<StageConfig> all = pair_up(tokens, dataset, kTokens, kDataset);
  if (!all.empty() || adapts) return all;
  fail({.what = "there is no stage to train on",
        .where = kTokens,
        .expected = "at least one token budget and mixture",
        .found = "an empty list",
        .hint = "give one of each for every task"});
}

std::vector<StageConfig> ContinualConfig::post_stages() const {
  if (post_lora_tokens.empty()) {
    fail({.what = "phase 2 has no stage",
          .where = kPostTokens,
          .expected = "at least one token budget and mixture",
          .found = "an empty list",
          .hint = "to train without adapters use continual/train/benchmark"});
  }
  return pair_up(post_lora_tokens, post_lora_dataset, kPostTokens, kPostDataset);
}

std::vector<StageMixture> ContinualConfig::mixtures(bool adapts) const {
  std::vector<StageMixture> all;
  add_mixtures(kDataset, dataset, all);
  if (adapts) add_mixtures(kPostDataset, post_lora_dataset, all);
  return all;
}

}  // namespace twofold
