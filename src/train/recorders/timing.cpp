#include "train/recorders/timing.h"

#include "tensor/machine.h"

namespace twofold {

std::string Timing::begin(const RunState& state) {
  lines_.emplace(JsonlWriter::continue_at_step(file_, state.step));
  return {};
}

void Timing::sync(RunState&) { lines_.value().sync(); }

void Timing::step(const StepReport& report) {
  if (!report.line_due) return;
  lines_.value().append({{"step", report.step},
                         {"tokens_per_s", report.tokens_per_s},
                         {"rss_mib", static_cast<double>(current_rss_bytes()) / (1 << 20)},
                         {"elapsed_s", seconds_since_exec()}});
}

}  // namespace twofold
