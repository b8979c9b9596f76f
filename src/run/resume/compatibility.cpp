#include "run/resume/compatibility.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "tokenizer/config.h"
#include "twofold/config/field.h"

namespace twofold {
namespace {

/// Settings, or with a slash at the end whole sections, that only change how a run is carried out
/// or watched.
constexpr const char* kFree[] = {"logging/",
                                 "data/",  // what they change of the data is noticed by data_check
                                 "system/",
                                 "runtime/",
                                 "tokenizer/",
                                 "eval/",
                                 "training/evaluate",
                                 "training/validation",
                                 "training/patience",
                                 "training/per_device_batch_size",
                                 "architecture/checkpointing",
                                 "architecture/backbone/",
                                 "architecture/max_position_embeddings",
                                 "architecture/pad_token_id",
                                 "optimization/lora/from_adapter",
                                 "optimization/lora/base_adapters"};

/// What steers the steps to come and measures them. A run under its own NAME keeps it, so that one
/// course leads from its first step to its last and its scores can be compared.
constexpr const char* kRates[] = {"optimization/lr", "optimization/lora/lr", "training/warmup_pct",
                                  "training/decay_pct"};
constexpr const char* kClip[] = {"optimization/clip"};
constexpr const char* kScores[] = {"training/validation_steps", "architecture/dtype/activation"};

/// Compared as phases and stages (budget.h).
constexpr const char* kBudgets[] = {"training/tokens",
                                    "training/dataset",
                                    "training/pre_lora_tokens",
                                    "training/pre_lora_dataset",
                                    "training/post_lora_tokens",
                                    "training/post_lora_dataset",
                                    "training/fade/",
                                    "continual/control"};

template <size_t N>
bool is_among(const std::string& key, const char* const (&entries)[N]) {
  return std::any_of(std::begin(entries), std::end(entries), [&](const std::string entry) {
    return entry.ends_with('/') ? key.starts_with(entry) : key == entry;
  });
}

template <size_t N>
std::string listed(const char* const (&entries)[N]) {
  std::vector<std::string> names;
  for (const std::string entry : entries)
    names.push_back(entry.ends_with('/') ? entry + "*" : entry);
  return join(names, ", ");
}

/// A tokenizer may lie elsewhere now, but which tokens it is given belongs to the model.
bool is_free(const std::string& key) { return is_among(key, kFree) && key != kAddTokens; }

bool same_value(const config::Field& a, const config::Field& b) {
  return config::value_text(a) == config::value_text(b);  // equal texts are equal values
}

/// The fields that both have with other values, by key: the run's and the checkpoint's.
std::map<std::string, std::pair<const config::Field*, const config::Field*>> differing(
    const config::Fields& saved, const config::Fields& now) {
  std::map<std::string, std::pair<const config::Field*, const config::Field*>> pairs;
  for (const auto& field : now.all()) {
    const config::Field* before = saved.find(field->key);
    if (before && !same_value(*before, *field)) pairs[field->key] = {field.get(), before};
  }
  return pairs;
}

}  // namespace

Comparison compare_configs(const config::Fields& saved, const config::Fields& now) {
  Comparison comparison;
  for (const auto& [key, fields] : differing(saved, now)) {
    if (is_free(key) || is_among(key, kBudgets)) continue;
    const bool rates = is_among(key, kRates), scores = is_among(key, kScores);
    (rates || scores || is_among(key, kClip) ? comparison.course : comparison.fixed)
        .push_back({key, config::value_text(*fields.second), config::value_text(*fields.first)});
    comparison.other_rates |= rates;
    comparison.other_scores |= scores;
  }
  return comparison;
}

namespace {

Problem changed(const Difference& difference, const CheckpointInfo& checkpoint) {
  std::string expected = difference.saved;
  if (difference.key == "architecture/tie_word_embeddings" && difference.saved == "false") {
    expected += ", which architecture/backbone/untie: true makes of weights that are tied";
  }
  return {.what = "a setting differs from the checkpoint's",
          .where = difference.key + ", " + (checkpoint.folder / "config.yaml").string(),
          .expected = std::move(expected),
          .found = difference.now,
          .hint = "set it back to what it was"};
}

void throw_all(std::vector<Problem> problems) {
  if (problems.empty()) return;
  problems.back().hint = fmt::format(
      "these may change: {} (but not tokenizer/add_tokens); budgets may grow where the schedule's "
      "past stays as it was. Another "
      "NAME that starts with --restore from this checkpoint may also change {}, {}, {}",
      listed(kFree), listed(kRates), listed(kClip), listed(kScores));
  throw Error(std::move(problems));
}

}  // namespace

void check_unchanged(const Comparison& comparison, const CheckpointInfo& checkpoint, bool own) {
  std::vector<Problem> problems;
  for (const Difference& difference : comparison.fixed) {
    problems.push_back(changed(difference, checkpoint));
  }
  if (own) {
    for (const Difference& difference : comparison.course) {
      problems.push_back(changed(difference, checkpoint));
    }
  }
  throw_all(std::move(problems));
}

void check_architecture(const Comparison& comparison, const CheckpointInfo& checkpoint) {
  std::vector<Problem> problems;
  for (const Difference& difference : comparison.fixed) {
    const bool matters = difference.key.rfind("architecture/", 0) == 0 &&
                         difference.key.rfind("architecture/dtype/", 0) != 0 &&
                         !difference.key.ends_with("dropout");
    if (matters) problems.push_back(changed(difference, checkpoint));
  }
  throw_all(std::move(problems));
}

}  // namespace twofold
