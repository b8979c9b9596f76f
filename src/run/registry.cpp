#include "base/error.h"
#include "base/text.h"
#include "run/job.h"
#include "run/lora_trainer.h"
#include "run/tokenize_job.h"

namespace twofold {
namespace {

constexpr char kGpt[] = "gpt", kLlama[] = "llama", kQwen[] = "qwen", kNeoX[] = "gpt_neox";

template <class Trainer, const char* family>
std::unique_ptr<Job> trainer() {
  return std::make_unique<Trainer>(family);
}

}  // namespace

const std::vector<JobEntry>& job_registry() {
  static const std::vector<JobEntry> kJobs = {
      {"gpt/train/pretrain", "train all parameters of a GPT", trainer<BaseTrainer, kGpt>},
      {"gpt/train/lora", "train a GPT, freeze it, train adapters", trainer<LoRATrainer, kGpt>},
      {"llama/train/pretrain", "train all parameters of a Llama", trainer<BaseTrainer, kLlama>},
      {"llama/train/lora", "train a Llama, freeze it, train adapters",
       trainer<LoRATrainer, kLlama>},
      {"qwen/train/pretrain", "train all parameters of a Qwen", trainer<BaseTrainer, kQwen>},
      {"qwen/train/lora", "train a Qwen, freeze it, train adapters", trainer<LoRATrainer, kQwen>},
      {"gpt_neox/train/pretrain", "train all parameters of a GPT-NeoX",
       trainer<BaseTrainer, kNeoX>},
      {"gpt_neox/train/lora", "train a GPT-NeoX, freeze it, train adapters",
       trainer<LoRATrainer, kNeoX>},
      {"data/tokenize_variable_dataset", "text to a stream of tokens (PMD)",
       make_variable_tokenizer},
      {"data/tokenize_blockwise_dataset", "text to rows of tokens (PADDED)",
       make_blockwise_tokenizer},
  };
  return kJobs;
}

void RestoreableJob::restore_from_path(const std::string& relative) {
  if (relative.empty()) {
    fail({.what = "no checkpoint to start from is named",
          .where = "--restore",
          .expected = "project/group/name/suffix under ROOT/checkpoints",
          .found = "an empty path",
          .hint = "leave --restore out to start from nothing"});
  }
  restore_path_ = relative;
}

std::unique_ptr<Job> make_job(const std::string& name, const std::string& where) {
  std::vector<std::string> names;
  for (const JobEntry& entry : job_registry()) {
    if (entry.name == name) return entry.make();
    names.emplace_back(entry.name);
  }
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

}  // namespace twofold
