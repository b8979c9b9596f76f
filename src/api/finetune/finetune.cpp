#include "twofold/finetune.h"

#include <fmt/format.h>

#include "api/finetune/adapter.h"
#include "api/finetune/request.h"
#include "api/finetune/setup.h"
#include "api/finetune/tasks.h"
#include "twofold/job.h"

namespace twofold {
namespace {

void show_preview(const Path& yaml, const ExecutionSpec& spec, Observer& observer) {
  const Preview shown = preview({.file = yaml}, spec.root);
  for (const Table& table : shown.tables) observer.table(table);
  for (const PreviewRow& row : shown.rows) {
    observer.message(Severity::kInfo, render(row, /*dim=*/false));
  }
}

void show_next(const FinetuneRequest& request, Observer& observer) {
  const std::string model = request.model.string(), out = request.out.string();
  observer.table(
      {.title = "Next",
       .rows = {{"use it", fmt::format("twofold generate {} --adapter {}", model, out)},
                {"in Python", fmt::format("PeftModel.from_pretrained(model, \"{}\")", out)},
                {"one folder", fmt::format("twofold export {} {}/run --to merged {}/merged",
                                           kFinetuneRun, out, out)},
                {"which rows", fmt::format("twofold why {} {}/run", kFinetuneRun, out)},
                {"go on", fmt::format("twofold run {} {}/finetune.yaml {}/run key.path=value",
                                      kFinetuneRun, out, out)}}});
}

}  // namespace

void finetune(const FinetuneRequest& request, Observer& observer) {
  const ExecutionSpec spec{.name = kFinetuneRun, .root = request.out / "run"};
  const Path yaml = request.out / "finetune.yaml", note = spec.root / "request.json";
  std::optional<FileTexts> templates = begun_with(request, note);
  if (templates && std::filesystem::exists(yaml)) {
    observer.message(Severity::kInfo, "going on with " + yaml.string());
  } else {
    const Begun begun = set_up(request, spec, observer);
    templates = begun.templates;
    note_begun(request, begun.templates, note);
    write_config(yaml, begun.config);
    show_preview(yaml, spec, observer);
  }
  run({.file = yaml}, spec, {.own_process = true}, observer);
  write_adapter(spec, *templates, request.out, observer);
  score_tasks(request, spec, observer);
  show_next(request, observer);
}

}  // namespace twofold
