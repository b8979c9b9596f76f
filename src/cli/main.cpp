// twofold: the command line, which uses the public headers alone. Exit codes: 0 done, 2 a fault of
// the input, 3 a gate that is not met, 70 a bug in twofold, 75 stopped on request (run the same
// command again).

#include <twofold/error.h>
#include <twofold/processor.h>
#include <twofold/stop.h>

#include <cstdio>
#include <utility>

#include "cli/command_line.h"
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
  reexec_with_passive_openmp(argv);
  twofold::install_stop_handlers();
  try {
    twofold::instruction_set();  // before anything is read or written
    return run_command_line(
        {jobs_command(),     configure_command(), plan_command(),        preview_command(),
         tokenize_command(), run_command(),       checkpoints_command(), generate_command(),
         export_command(),   inspect_command(),   encode_command(),      decode_command(),
         score_command(),    eval_command(),      combine_command(),     render_command(),
         chat_command(),     why_command(),       finetune_command(),    report_command(),
         watch_command()},
        argc, argv);
  } catch (const twofold::Error& problem) {
    return refuse(problem);
  } catch (const ExitCode& exit) {
    return exit.code;
  } catch (const twofold::Interrupted&) {
    std::fprintf(stderr, "\nstopped; run the same command again to continue\n");
    return twofold::Interrupted::kExitCode;
  } catch (const std::exception& problem) {
    if (auto fault = machine_problem(problem)) return refuse(twofold::Error(std::move(*fault)));
    std::fprintf(stderr, "this is a bug in twofold, please report it:\n%s\n", problem.what());
    return twofold::Bug::kExitCode;
  }
}
