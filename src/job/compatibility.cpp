#include "job/compatibility.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "config/field.h"
#include "tokenizer/added_tokens.h"

namespace twofold {
namespace {

/// Settings that only change how a run is carried out or watched.
constexpr const char* kFree[] = {"logging/",
                                 "runtime/",
                                 "tokenizer/",
                                 "training/validation",
                                 "training/patience",
                                 "training/per_device_batch_size",
                                 "architecture/checkpointing",
                                 "architecture/backbone/weights",
                                 "architecture/max_position_embeddings",
                                 "architecture/pad_token_id",
                                 "optimization/lora/from_adapter",
                                 "optimization/lora/base_adapters"};

/// Settings that may grow: compared as stages and schedules by check_continuation.
constexpr const char* kBudgets[] = {"training/tokens", "training/pre_lora_tokens",
                                    "training/pre_lora_dataset", "training/post_lora_tokens",
                                    "training/post_lora_dataset"};

template <size_t N>
bool starts_with_any(const std::string& key, const char* const (&prefixes)[N]) {
  return std::any_of(std::begin(prefixes), std::end(prefixes),
                     [&](const char* prefix) { return key.rfind(prefix, 0) == 0; });
}

/// A tokenizer may lie elsewhere now, but which tokens it is given belongs to the model.
bool is_free(const std::string& key) { return starts_with_any(key, kFree) && key != kAddTokens; }

std::map<std::string, std::string> values_of(const std::string& job_name, const std::string& yaml,
                                             const std::string& file) {
  const std::unique_ptr<Job> job = make_job(job_name);
  config::Fields fields;
  job->declare(fields);
  config::load(fields, {.text = yaml, .name = file}, /*allow_missing=*/true);
  std::map<std::string, std::string> values;
  for (const auto& field : fields.all()) values[field->key] = config::value_text(*field);
  return values;
}

}  // namespace

Comparison compare_configs(const CheckpointInfo& checkpoint, const std::string& config_yaml) {
  const std::string saved_yaml = CheckpointStore::config_yaml(checkpoint);
  const std::string file = (checkpoint.folder / "config.yaml").string();
  const config::Source saved_source{.text = saved_yaml, .name = file};
  const auto saved = values_of(config::job_of(saved_source).value_or(""), saved_yaml, file);
  const auto now =
      values_of(config::job_of({.text = config_yaml}).value_or(""), config_yaml, "config.yaml");
  Comparison comparison;
  for (const auto& [key, value] : now) {
    const auto before = saved.find(key);
    if (before == saved.end() || before->second == value || is_free(key)) continue;
    auto& differences = starts_with_any(key, kBudgets) ? comparison.budgets : comparison.forbidden;
    differences.push_back({key, before->second, value});
  }
  return comparison;
}

namespace {

constexpr const char* kMayChange =
    "these may change: logging/*, runtime/*, tokenizer/* but not add_tokens, training/validation*, "
    "training/patience, training/per_device_batch_size, architecture/checkpointing; budgets may "
    "grow where the schedule's past stays as it was. Another NAME starts a new run";

Problem changed(const Difference& difference, const CheckpointInfo& checkpoint) {
  return {.what = "a setting differs from the checkpoint's",
          .where = difference.key + ", " + (checkpoint.folder / "config.yaml").string(),
          .expected = difference.saved,
          .found = difference.now,
          .hint = "set it back to what it was"};
}

void throw_all(std::vector<Problem> problems) {
  if (problems.empty()) return;
  problems.back().hint = kMayChange;
  throw Error(std::move(problems));
}

}  // namespace

void check_unchanged(const Comparison& comparison, const CheckpointInfo& checkpoint) {
  std::vector<Problem> problems;
  for (const Difference& difference : comparison.forbidden) {
    problems.push_back(changed(difference, checkpoint));
  }
  throw_all(std::move(problems));
}

void check_architecture(const Comparison& comparison, const CheckpointInfo& checkpoint) {
  std::vector<Problem> problems;
  for (const Difference& difference : comparison.forbidden) {
    const bool matters = difference.key.rfind("architecture/", 0) == 0 &&
                         difference.key.rfind("architecture/dtype/", 0) != 0 &&
                         difference.key != "architecture/dropout";
    if (matters) problems.push_back(changed(difference, checkpoint));
  }
  throw_all(std::move(problems));
}

}  // namespace twofold
