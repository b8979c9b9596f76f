#include "twofold/process.h"

#include "api/config_source.h"
#include "base/error.h"
#include "run/registry.h"
#include "tensor/process.h"

namespace twofold {
namespace {

int threads_of(const ConfigSource& given) {
  try {
    const config::Parsed source = parse(given);
    RunConfig config = make_run_config(job_of(given, source));
    config::Fields fields;
    config.declare(fields);
    source.fill(fields);
    return static_cast<int>(config.trainer.threads);
  } catch (const Error&) {
    return 0;  // run() says what is wrong
  }
}

}  // namespace

void apply_process_settings(int threads) {
  configure_allocator();
  set_threads(threads);
}

void apply_process_settings(const ConfigSource& config) {
  apply_process_settings(threads_of(config));
}

}  // namespace twofold
