#include "run/registry.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "model/families/registry.h"
#include "run/lora_trainer.h"
#include "run/tokenize_job.h"

namespace twofold {
namespace {

struct TrainingJob {
  std::string name, summary, family;
  bool adapts;
};

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
  return jobs;
}

RunConfig config_of(const TrainingJob& job) {
  return {.job = job.name, .adapts = job.adapts, .model = make_model_config(job.family)};
}

std::unique_ptr<Job> make_trainer(const TrainingJob& job) {
  if (job.adapts) return std::make_unique<LoRATrainer>(config_of(job));
  return std::make_unique<BaseTrainer>(config_of(job));
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
    jobs.push_back({job.name, job.summary, [job] { return make_trainer(job); }});
  }
  jobs.push_back({"data/tokenize_variable_dataset", "text to a stream of tokens (PMD)",
                  make_variable_tokenizer});
  jobs.push_back({"data/tokenize_blockwise_dataset", "text to rows of tokens (PADDED)",
                  make_blockwise_tokenizer});
  return jobs;
}

std::unique_ptr<Job> make_job(const std::string& name, const std::string& where) {
  const std::vector<JobEntry> jobs = job_registry();
  return find(jobs, name, where).make();
}

RunConfig make_run_config(const std::string& job, const std::string& where) {
  const std::vector<TrainingJob> jobs = training_jobs();
  return config_of(find(jobs, job, where));
}

}  // namespace twofold
