#include "job/reference_keys.h"

namespace twofold {

void declare_absent(config::Fields& fields) {
  const char* no_evaluations =
      "leave it out: there are no task evaluations; every dataset trained on is scored by its loss";
  fields.absent("training/evaluate", no_evaluations);
  fields.absent("eval", no_evaluations);
  fields.absent("logging/wandb", "leave it out: metrics.jsonl and timing.jsonl have all there is");
  fields.absent("logging/plots", "leave it out: metrics.jsonl has what a plot needs");
  fields.absent("tokenizer/huggingface",
                "leave it out: a tokenizer.json is read without Python (tokenizer/file)");
  fields.absent("architecture/attn_dropout", "leave it out: the reference never read it");
  fields.absent("request", "leave it out: the job runs where the command is given");
}

}  // namespace twofold
