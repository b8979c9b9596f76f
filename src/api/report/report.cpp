#include "twofold/report.h"

#include "api/report/followed_run.h"
#include "base/files.h"
#include "report/page.h"

namespace twofold {

void write_report(const std::vector<ExecutionSpec>& runs, const std::filesystem::path& out) {
  std::vector<report::RunData> all;
  for (FollowedRun& run : follow(runs)) {
    run.refresh();
    all.push_back(run.gather(/*with_rows=*/true));
  }
  write_atomic(out, report::page(report::page_title(all), report::page_content(all)));
}

}  // namespace twofold
