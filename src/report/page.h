#pragma once
// The page: one HTML file that needs nothing else.

#include <string>
#include <vector>

#include "report/run_data.h"

namespace twofold::report {

/// The files of assets/, as they are in the program.
extern const char* const kScript;
extern const char* const kStyle;

/// What is between <main> and </main>: all that depends on the runs. There is at least one run.
std::string page_content(const std::vector<RunData>& runs);

/// The whole page around it; the same runs give the same bytes. `version`: under `twofold watch`,
/// what changes whenever the content does; empty in a report.
std::string page(const std::string& title, const std::string& content,
                 const std::string& version = {});
/// "first, second"
std::string page_title(const std::vector<RunData>& runs);

}  // namespace twofold::report
