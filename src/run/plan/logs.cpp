#include "run/plan/logs.h"

#include <fmt/format.h>

#include "train/recorders/trackio.h"

namespace twofold {

Table logs_table(const RecorderChoice& choice, ExecutionSpec run, const Path& root) {
  if (run.name.empty()) run.name = "NAME";
  if (run.root.empty()) run.root = root.empty() ? "ROOT" : root;
  Table table{.title = "Logs"};
  const std::string results = run.results().string();
  const auto row = [&](bool chosen, const char* setting, std::string how) {
    if (chosen) table.rows.push_back({setting, std::move(how)});
  };
  const Path trackio = trackio_database(results, run.project);
  row(choice.tensorboard, "logging/tensorboard",
      fmt::format("tensorboard --logdir {}/tensorboard", results));
  row(choice.trackio, "logging/trackio",
      fmt::format("TRACKIO_DIR={} trackio show --project {}", trackio.parent_path().string(),
                  trackio.stem().string()));
  row(choice.wandb, "logging/wandb", fmt::format("wandb sync {}/wandb/offline-run-*", results));
  row(choice.csv, "logging/csv", results + "/metrics.csv");
  return table;
}

}  // namespace twofold
