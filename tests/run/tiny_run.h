#pragma once
// A whole run of the smallest size, below a folder of its own.

#include <gtest/gtest.h>
#include <unistd.h>

#include "config/fields.h"
#include "ops/matmul.h"
#include "run/registry.h"
#include "run/resume/begin.h"

namespace twofold::test {

struct TinyRun {
  explicit TinyRun(const std::string& name, const std::vector<std::string>& overrides = {})
      : spec{.name = "r", .root = Path(testing::TempDir()) / (name + std::to_string(getpid()))},
        config(make_run_config("llama/train/lora")) {
    config::Fields fields;
    config.declare(fields);
    std::vector<std::string> all = {"architecture.n_layers=2",
                                    "architecture.n_embd=16",
                                    "architecture.n_head=2",
                                    "architecture.block_size=8",
                                    "architecture.vocab_size=32",
                                    "architecture.intermediate_size=24",
                                    "architecture.dtype.activation=float32",
                                    "training.batch_size=4",
                                    "training.validation=false",
                                    "optimization.lora.rank=2",
                                    "training.pre_lora_tokens=[64]",
                                    "training.post_lora_tokens=[64]"};
    all.insert(all.end(), overrides.begin(), overrides.end());
    config::load(fields, {.overrides = all}, /*allow_missing=*/true);
    const auto model = config.model->build();
    plan = make_plan(config.trainer, *config.model, *model, phases_of(config), {.parameters = 10});
  }
  ~TinyRun() { std::filesystem::remove_all(spec.root); }
  TinyRun(const TinyRun&) = delete;
  TinyRun& operator=(const TinyRun&) = delete;

  Beginning beginning() { return {config, plan, {}, host_device(), products, spec, quiet}; }
  std::string yaml() {
    config::Fields fields;
    config.declare(fields);
    return config::dump(fields, config.job, /*commented=*/false);
  }

  ExecutionSpec spec;
  RunConfig config;
  RunPlan plan;
  ops::Bfloat16Choice products;
  Observer quiet;
};

}  // namespace twofold::test
