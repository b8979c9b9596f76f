#include "run/resume/data_check.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "data/read/fingerprint.h"

namespace twofold {

void check_data(RunState& state, const RunPlan& plan, bool validation, const ExecutionSpec& spec,
                const std::string& own_checkpoint, Observer& observer) {
  std::map<std::string, std::string> found;
  for (const std::string& label : plan.datasets()) {
    found.merge(fingerprint(spec.data(), label, validation));
  }
  std::vector<std::string> changed;
  for (const auto& [file, print] : state.data) {
    if (found.contains(file) && found.at(file) != print) changed.push_back(file);
  }
  if (!changed.empty() && !own_checkpoint.empty()) {
    fail({.what = "data has changed since the run was last at it",
          .where = join(changed, ", ") + " in " + spec.data().string(),
          .expected = state.data.at(changed.front()),
          .found = found.at(changed.front()),
          .hint = fmt::format("put back what was there, or go on with what is there now under "
                              "another NAME, with --restore {}/{}/{}/{}",
                              spec.project, spec.group, spec.name, own_checkpoint)});
  }
  if (!changed.empty()) {
    observer.message(
        Severity::kWarning,
        fmt::format("not the data that the checkpoint was trained on: {}", join(changed, ", ")));
  }
  found.merge(state.data);
  state.data = std::move(found);
}

}  // namespace twofold
