#include <fmt/format.h>
#include <twofold/report.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "cli/commands.h"
#include "cli/run_names.h"

namespace {

constexpr const char* kTokenVariable = "TWOFOLD_WATCH_TOKEN";

struct Arguments {
  twofold::ExecutionSpec common;
  twofold::WatchOptions options;
  std::vector<std::string> names;  ///< …, ROOT
};

/// Of the option, else of the environment.
std::string token_of(const twofold::WatchOptions& options) {
  const char* given = std::getenv(kTokenVariable);
  return options.token.empty() && given ? given : options.token;
}

}  // namespace

Command watch_command() {
  const auto to = std::make_shared<Arguments>();
  return {
      .name = "watch",
      .summary = "serve the same page while the runs go on",
      .options = {{.names = "NAMES",
                   .target = &to->names,
                   .help = "NAME [NAME …] ROOT; a run of another project or group as "
                           "PROJECT/GROUP/NAME",
                   .required = true},
                  {.names = "-p,--project", .target = &to->common.project, .show_default = true},
                  {.names = "-g,--group", .target = &to->common.group, .show_default = true},
                  {.names = "--host",
                   .target = &to->options.host,
                   .help = "address to listen on; others than this machine need the token",
                   .show_default = true},
                  {.names = "--port",
                   .target = &to->options.port,
                   .help = "0 for a free one",
                   .show_default = true},
                  {.names = "--token",
                   .target = &to->options.token,
                   .help = fmt::format("what visitors have to know; default: ${}, or a new one "
                                       "if --host is not this machine alone",
                                       kTokenVariable)}},
      .run = [to] {
        if (to->names.size() < 2) throw MissingArguments{"NAME and ROOT"};
        const std::string root = to->names.back();
        to->names.pop_back();
        to->options.token = token_of(to->options);
        twofold::watch(named_runs(to->names, root, to->common), to->options,
                       [](const std::string& address) {
                         fmt::print("{}\nends with Ctrl-C\n", address);
                         std::fflush(stdout);
                       });
      }};
}
