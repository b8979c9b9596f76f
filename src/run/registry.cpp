#include "run/registry.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "model/families/registry.h"
#include "run/continual_trainer.h"
#include "run/lora_trainer.h"
#include "run/tokenize_job.h"

namespace twofold {
namespace {

struct TrainingJob {
  std::string name = {}, summary = {};
  std::string family = {};  ///< empty: that of the config
  bool adapts = false;
};

constexpr const char* kAbcd = "continual/train/abcd";

struct Title {
  const char* family;
  const char* title;
};
constexpr Title kTitles[] = {
    {"gpt", "GPT"}, {"llama", "Llama"}, {"qwen", "Qwen"}, {"gpt_neox", "GPT-NeoX"}};

void add_jobs(std::vector<TrainingJob>& jobs, const std::string& family, const std::string& title) {
  jobs.push_back({.name = family + "/train/pretrain",
                  .summary = fmt::format("train all parameters of a {}", title),
                  .family = family,
                  .adapts = false});
  jobs.push_back({.name = family + "/train/lora",
                  .summary = fmt::format("train a {}, freeze it, train adapters", title),
                  .family = family,
                  .adapts = true});
}

std::vector<TrainingJob> training_jobs() {
  std::vector<TrainingJob> jobs;
  for (const auto& [family, title] : kTitles) add_jobs(jobs, family, title);
  for (const std::string& family : model_families()) {
    const bool ours =
        std::ranges::any_of(kTitles, [&](const Title& title) { return family == title.family; });
    if (!ours) add_jobs(jobs, family, family);
  }
  jobs.push_back(
      {.name = kAbcd, .summary = "train all parameters on several tasks in turn (wsds)"});
  jobs.push_back({.name = "continual/train/benchmark",
                  .summary = "train all parameters on several tasks in turn (wsd)"});
  jobs.push_back({.name = "continual/train/benchmark_lora",
                  .summary = "train on several tasks in turn, freeze, train adapters on more",
                  .adapts = true});
  return jobs;
}

RunConfig continual_config(const TrainingJob& job, const std::string& family) {
  RunConfig config{.job = job.name, .adapts = job.adapts, .model = make_model_config(family)};
  config.continual.emplace().family = family;
  config.evaluation.evaluations = {"mnli", "qqp", "sst2", "siqa"};
  if (job.name != kAbcd) return config;
  config.schedule.schedule = "wsds";
  config.schedule.constant_pct = 0.3;
  return config;
}

RunConfig config_of(const TrainingJob& job, const std::string& family) {
  if (job.family.empty()) return continual_config(job, family);
  return {.job = job.name, .adapts = job.adapts, .model = make_model_config(job.family)};
}

std::unique_ptr<Job> make_trainer(const TrainingJob& job, const std::string& family) {
  RunConfig config = config_of(job, family);
  if (config.continual) return std::make_unique<ContinualTrainer>(std::move(config));
  if (job.adapts) return std::make_unique<LoRATrainer>(std::move(config));
  return std::make_unique<BaseTrainer>(std::move(config));
}

[[noreturn]] void fail_unknown(const std::string& name, const std::string& where,
                               const std::vector<std::string>& names) {
  if (name.empty()) {
    fail({.what = "the config does not say which job it is for",
          .where = where,
          .expected = "one of " + join(names, ", "),
          .found = "no job",
          .hint = "add a line such as `job: llama/train/lora`"});
  }
  fail({.what = "unknown job",
        .where = where,
        .expected = "one of " + join(names, ", "),
        .found = name,
        .hint = did_you_mean(name, names, "`twofold jobs` lists them")});
}

/// The entry of that name.
template <class Entry>
const Entry& find(const std::vector<Entry>& entries, const std::string& name,
                  const std::string& where) {
  std::vector<std::string> names;
  for (const Entry& entry : entries) {
    if (entry.name == name) return entry;
    names.push_back(entry.name);
  }
  fail_unknown(name, where, names);
}

}  // namespace

std::vector<JobEntry> job_registry() {
  std::vector<JobEntry> jobs;
  for (const TrainingJob& job : training_jobs()) {
    jobs.push_back({job.name, job.summary,
                    [job](const std::string& family) { return make_trainer(job, family); }});
  }
  jobs.push_back({"data/tokenize_variable_dataset", "text to a stream of tokens (PMD)",
                  [](const std::string&) { return make_variable_tokenizer(); }});
  jobs.push_back({"data/tokenize_blockwise_dataset", "text to rows of tokens (PADDED)",
                  [](const std::string&) { return make_blockwise_tokenizer(); }});
  return jobs;
}

std::string family_asked(const config::Parsed& source) {
  const std::vector<std::string> known = model_families();
  const auto family = source.text_of("architecture/family");
  if (family) {  // a faulty one is found by its field: here the one that was meant
    const std::vector<std::string> near = nearest_names(*family, known);
    return near.empty() ? kFamily : near.front();
  }
  const auto weights = source.text_of("architecture/backbone/weights");
  if (!weights || weights->empty()) return kFamily;
  try {
    return config_of_hf_folder(*weights)->family();
  } catch (const Error&) {  // what is wrong with the folder is said where it is read
    return kFamily;
  }
}

std::unique_ptr<Job> make_job(const std::string& name, const std::string& where,
                              const std::string& family) {
  const std::vector<JobEntry> jobs = job_registry();
  return find(jobs, name, where).make(family);
}

RunConfig make_run_config(const std::string& job, const std::string& where,
                          const std::string& family) {
  const std::vector<TrainingJob> jobs = training_jobs();
  return config_of(find(jobs, job, where), family);
}

}  // namespace twofold
