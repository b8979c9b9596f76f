// twofold: the command line, a guest of the public library. Exit codes: 0 done, 2 a fault of the
// input, 70 a bug of ours, 75 stopped on request (run the same command again).

#include <twofold/error.h>
#include <twofold/stop.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <utility>

#include "cli/commands.h"
#include "cli/faults.h"
#include "cli/omp_policy.h"

namespace {

int refuse(const twofold::Error& fault) {
  std::fprintf(stderr, "%s\n", fault.what());
  return twofold::Error::kExitCode;
}

}  // namespace

int main(int argc, char** argv) {
  start_anew_if_cores_are_busy(argv);
  twofold::install_stop_handlers();
  CLI::App app{"twofold trains a language model, freezes it, and trains adapters on it"};
  app.require_subcommand(1);
  for (const auto add :
       {add_jobs, add_configure, add_plan, add_tokenize, add_run, add_checkpoints, add_generate,
        add_export, add_inspect, add_encode, add_decode, add_score, add_combine}) {
    add(app);
  }
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& problem) {
    if (problem.get_exit_code() == 0) return app.exit(problem);  // --help
    return refuse(twofold::Error(command_line_problem(app, problem, argc, argv)));
  } catch (const twofold::Error& problem) {
    return refuse(problem);
  } catch (const twofold::Interrupted&) {
    std::fprintf(stderr, "\nstopped; run the same command again to continue\n");
    return twofold::Interrupted::kExitCode;
  } catch (const std::exception& problem) {
    if (auto fault = machine_problem(problem)) return refuse(twofold::Error(std::move(*fault)));
    std::fprintf(stderr, "this is a bug in twofold, please report it:\n%s\n", problem.what());
    return twofold::Bug::kExitCode;
  }
}
