#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "job/loaded_run.h"
#include "model/hugging_face.h"
#include "tensor/dtype.h"

namespace twofold {
namespace {

std::string export_dtype(const LoadedRun& run, const std::string& asked) {
  if (!asked.empty()) return asked;
  const RunState& progress = run.state.progress;
  if (!progress.weights_dtype.empty()) return progress.weights_dtype;
  return progress.phase == 2 ? run.trainer().lora_config().base_dtype
                             : run.trainer().model_config().param_dtype;
}

void check(const ExportRequest& request) {
  if (request.format != "merged") {
    fail({.what = "unknown export format",
          .where = "--to",
          .expected = "merged",
          .found = request.format});
  }
  const std::vector<std::string> dtypes = {"", "float32", "bfloat16", "float16"};
  if (std::find(dtypes.begin(), dtypes.end(), request.dtype) == dtypes.end()) {
    fail({.what = "unknown dtype",
          .where = "--dtype",
          .expected = "float32, bfloat16 or float16",
          .found = request.dtype,
          .hint = did_you_mean(request.dtype, dtypes)});
  }
  if (std::filesystem::exists(request.out)) {
    fail({.what = "the folder to write exists already",
          .where = request.out.string(),
          .hint = "give another name, or remove it"});
  }
}

}  // namespace

void export_model(const ExecutionSpec& spec, const ExportRequest& request, Observer& observer) {
  check(request);
  LoadedRun run = load_run(spec, request.suffix);
  const std::string dtype = export_dtype(run, request.dtype);
  // In the wanted dtype before the adapters are added: the sum is rounded once.
  for (Parameter& parameter : run.state.model->parameters().all()) {
    parameter.weight.value = parameter.weight.value.to(scalar_type(dtype));
  }
  save_hf_folder(run.trainer().model_config(), merge_lora_params(run.state.model->parameters()),
                 dtype, request.out);
  observer.message(Severity::kInfo,
                   fmt::format("{} of {} written to {} as {}", run.checkpoint.suffix, spec.name,
                               request.out.string(), dtype));
}

}  // namespace twofold
