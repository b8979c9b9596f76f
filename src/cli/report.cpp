#include <fmt/format.h>
#include <twofold/report.h>

#include <memory>

#include "cli/commands.h"
#include "cli/run_names.h"

namespace {

struct Arguments {
  twofold::ExecutionSpec common;
  std::vector<std::string> names;  ///< …, ROOT, OUT.html
};

}  // namespace

Command report_command() {
  const auto to = std::make_shared<Arguments>();
  return {
      .name = "report",
      .summary = "one page about a run, or several compared",
      .options = {{.names = "NAMES",
                   .target = &to->names,
                   .help = "NAME [NAME …] ROOT OUT.html; a run of another project or group as "
                           "PROJECT/GROUP/NAME",
                   .required = true},
                  {.names = "-p,--project", .target = &to->common.project, .show_default = true},
                  {.names = "-g,--group", .target = &to->common.group, .show_default = true}},
      .run = [to] {
        if (to->names.size() < 3) throw MissingArguments{"NAME, ROOT and OUT.html"};
        const std::string out = to->names.back();
        to->names.pop_back();
        const std::string root = to->names.back();
        to->names.pop_back();
        twofold::write_report(named_runs(to->names, root, to->common), out);
        fmt::print("wrote {}\n", out);
      }};
}
