#include "run/reference_keys.h"

#include <array>
#include <utility>

namespace twofold {
namespace {

using Advice = std::pair<const char*, const char*>;

constexpr const char* kOtherJob = "leave it out: it belongs to the jobs continual/train/*";
constexpr const char* kOtherFamily = "leave it out: models of this family do not have it";

constexpr std::array kOfTrainers = {
    Advice{"training/fade", kOtherJob},
    Advice{"training/skip_first_dataset_validation", kOtherJob},
    Advice{"optimization/reset_optimizer", kOtherJob},
    Advice{"optimization/warmup_pct", "it is training/warmup_pct here"},
    Advice{"optimization/decay_pct", "it is training/decay_pct here"},
    Advice{"architecture/n_kv_head", kOtherFamily},
    Advice{"architecture/sliding_window", kOtherFamily},
    Advice{"architecture/use_sliding_window",
           "leave it out: where the family has architecture/sliding_window, -1 switches it off"},
};

constexpr std::array kOfContinual = {
    Advice{"training/pre_lora_tokens",
           "leave it out: the stages of phase 1 are training/tokens, a list"},
    Advice{"training/pre_lora_dataset",
           "leave it out: the stages of phase 1 are training/dataset, a list of mixtures"},
};

constexpr std::array kOfTokenizing = {
    Advice{"data/assistant_only",
           "leave it out: everything in a stream is learnt; data/tokenize_blockwise_dataset makes "
           "rows in which the assistant's turns alone are"},
};

constexpr std::array kOfAll = {
    Advice{"tokenizer/huggingface",
           "leave it out: a tokenizer.json is read without Python (tokenizer/file)"},
    Advice{"request", "leave it out: the job runs where the command is given"},
};

template <class Table>
void declare(config::Fields& fields, const Table& table) {
  for (const auto& [key, advice] : table) {
    if (!fields.find(key)) fields.absent(key, advice);  // some families have what others lack
  }
}

}  // namespace

void declare_absent(config::Fields& fields, bool continual) {
  if (continual) declare(fields, kOfContinual);
  declare(fields, kOfTrainers);
  declare(fields, kOfAll);
}

void declare_absent_of_tokenizing(config::Fields& fields) {
  declare(fields, kOfTokenizing);
  declare(fields, kOfAll);
}

}  // namespace twofold
