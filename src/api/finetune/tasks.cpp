#include "api/finetune/tasks.h"

#include "api/finetune/overrides.h"
#include "api/finetune/setup.h"
#include "run/registry.h"
#include "run/task_evaluations.h"
#include "twofold/evaluate.h"

namespace twofold {

void score_tasks(const FinetuneRequest& request, const ExecutionSpec& spec, Observer& observer) {
  RunConfig config = make_run_config(finetune_job(request.model));
  config::Fields fields = config::fields_of(config);
  fill_given(fields, request.overrides);
  const EvaluationConfig& asked = config.evaluation;
  std::vector<std::string> lines;  // which the run has said
  EvaluateRequest scoring{.tasks = evaluation_tasks(asked, lines),
                          .data = asked.data.empty() ? spec.root / "eval" : Path(asked.data),
                          .adapter_scales = {0, 1}};
  if (scoring.tasks.empty()) return;
  if (asked.length > 0) scoring.limit = asked.length;
  observer.message(Severity::kInfo,
                   "before is scale 0, the model; after is scale 1, with the adapters");
  evaluate({.model = request.model.string(),
            .adapter_folders = {request.out.string()},
            .device = config.trainer.device},
           scoring, observer);
}

}  // namespace twofold
