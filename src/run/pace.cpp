#include "run/pace.h"

namespace twofold {

void Pace::complete(StepReport& report, int64_t tokens, double flops_per_token) {
  meter_.step(tokens);
  report.tokens_per_s = meter_.tokens_per_s();
  report.eta_s = meter_.seconds_for((report.total_steps - report.step) * tokens);
  const double flops = report.tokens_per_s * flops_per_token;
  if (flops == 0) return;  // nothing has been timed yet
  const auto [share, measured] = peak_.share_of(flops);
  if (measured) meter_.pause();
  report.peak_share = share;
}

}  // namespace twofold
