#include <fmt/format.h>
#include <twofold/model.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/model_options.h"

namespace {

struct Arguments {
  twofold::ModelSource source;
  twofold::CombineRequest request;
};

}  // namespace

void add_combine(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("combine", "several PEFT adapters of one model as a single one");
  const auto to = std::make_shared<Arguments>();
  take_model(command, to->source);
  command->add_option("--out", to->request.out, "folder to write; must not exist")->required();
  command
      ->add_option("--method", to->request.method,
                   "cat: the exact sum; svd: the nearest adapter of --rank; linear: A and B apart")
      ->capture_default_str();
  command->add_option("--rank", to->request.rank, "of svd; 0: the largest of the adapters'")
      ->capture_default_str();
  command->callback([to] {
    twofold::combine_adapters(to->source, to->request);
    fmt::print("{} adapters combined into {}\n", to->source.adapter_folders.size(),
               to->request.out.string());
  });
}
