#include <fmt/format.h>
#include <twofold/render.h>
#include <twofold/why.h>

#include <memory>

#include "cli/commands.h"

namespace {

struct Arguments {
  twofold::ExecutionSpec spec;
  int64_t step = 0;
  bool json = false;
};

}  // namespace

Command why_command() {
  const auto to = std::make_shared<Arguments>();
  return {.name = "why",
          .summary = "the rows of a step, by their share of its loss",
          .options = {{.names = "NAME",
                       .target = &to->spec.name,
                       .help = "name of the run",
                       .required = true},
                      {.names = "ROOT",
                       .target = &to->spec.root,
                       .help = "folder of data/, checkpoints/ and results/",
                       .required = true},
                      {.names = "-p,--project", .target = &to->spec.project, .show_default = true},
                      {.names = "-g,--group", .target = &to->spec.group, .show_default = true},
                      {.names = "--step",
                       .target = &to->step,
                       .help = "as metrics.jsonl counts them; without it, the one whose loss rises "
                               "most above those before it"},
                      {.names = "--json",
                       .target = &to->json,
                       .help = "all rows with their whole text, as one JSON object"}},
          .run = [to] {
            const twofold::StepRows rows = twofold::why(to->spec, to->step);
            fmt::print("{}\n", to->json ? twofold::json_of(rows) : render(twofold::table_of(rows)));
          }};
}
