// Trains a model from a C++ program, watching the loss:  embed run.yaml ROOT
#include <twofold/twofold.h>

#include <cstdio>

namespace {

class LossPrinter : public twofold::Observer {
 public:
  void step(const twofold::StepReport& report) override {
    std::printf("step %ld of %ld, phase %d: loss %.4f\n", static_cast<long>(report.step),
                static_cast<long>(report.total_steps), report.phase, report.loss);
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: embed run.yaml ROOT\n");
    return 2;
  }
  LossPrinter watcher;
  const twofold::ConfigSource config{.file = argv[1]};
  const twofold::ExecutionSpec spec{.name = "embedded", .root = argv[2]};
  try {
    twofold::run(config, spec, {.own_process = true}, watcher);
  } catch (const twofold::Error& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return twofold::Error::kExitCode;
  }
  return 0;
}
