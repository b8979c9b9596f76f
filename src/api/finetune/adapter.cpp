#include "api/finetune/adapter.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/folders.h"
#include "checkpoint/store.h"
#include "model/hf/hugging_face.h"
#include "train/run_state_json.h"
#include "twofold/export.h"

namespace twofold {
namespace {

constexpr const char* kBest = "best";

/// The checkpoint with the least validation loss, or the newest.
CheckpointInfo chosen(const ExecutionSpec& spec) {
  const CheckpointStore store(spec.checkpoints());
  for (const CheckpointInfo& info : store.list()) {
    if (info.suffix == kBest) return info;
  }
  const auto newest = store.newest_valid([](const std::string&) {});
  TWOFOLD_EXPECT(newest, "a run that has ended has a checkpoint");
  return *newest;
}

void say(const CheckpointInfo& checkpoint, Observer& observer) {
  const RunState state = state_from_json(checkpoint.state, checkpoint.folder.string());
  std::string text =
      fmt::format("the adapters are those of {} (step {})", checkpoint.suffix, checkpoint.step());
  if (state.best_loss) text += fmt::format(", validation loss {:.4f}", *state.best_loss);
  const auto frozen = state.scores.find(Milestone::kFrozen);
  if (frozen != state.scores.end() && frozen->second.size() == 1) {
    text += fmt::format("; {:.4f} without them", frozen->second.begin()->second);
  }
  observer.message(Severity::kInfo, text);
}

/// Passes on what the export says, with the folder where its files will be.
class Renaming : public Observer {
 public:
  Renaming(Observer& observer, const Path& from, const Path& to)
      : observer_(observer), from_(from.string()), to_(to.string()) {}
  void message(Severity severity, const std::string& text) override {
    std::string shown = text;
    const size_t at = shown.find(from_);
    if (at != std::string::npos) shown.replace(at, from_.size(), to_);
    observer_.message(severity, shown);
  }

 private:
  Observer& observer_;
  std::string from_, to_;
};

}  // namespace

void write_adapter(const ExecutionSpec& spec, const FileTexts& templates, const Path& out,
                   Observer& observer) {
  const CheckpointInfo checkpoint = chosen(spec);
  const Path temporary = out / ".adapter";
  std::filesystem::remove_all(temporary);  // of a call that was killed
  Renaming renaming(observer, temporary, out);
  export_model(spec, {.format = "peft", .out = temporary, .suffix = checkpoint.suffix}, renaming);
  FileTexts files = templates;
  files.merge(CheckpointStore::kept(checkpoint));
  files.erase(kGenerationConfig);
  files.erase("config.json");  // with it, the folder would seem to be a model's
  for (const auto& [name, text] : files) {
    if (std::filesystem::exists(temporary / name)) continue;  // with the tokens that were added
    make_folders((out / name).parent_path());
    write_atomic(out / name, text);
  }
  for (const Path& file : entries_in(temporary)) {
    std::filesystem::rename(file, out / file.filename());
  }
  std::filesystem::remove_all(temporary);
  say(checkpoint, observer);
}

}  // namespace twofold
