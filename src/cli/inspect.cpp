#include <fmt/format.h>
#include <twofold/inspect.h>
#include <twofold/render.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"

void add_inspect(CLI::App& app) {
  const auto path = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "inspect", "what is in a model, adapter, tokenizer, GGUF, dataset or checkpoint");
  command->add_option("PATH", *path, "folder or file")->required();
  command->callback([path] {
    const char* between = "";
    for (const auto& table : twofold::inspect(*path)) {
      fmt::print("{}{}", between, twofold::render(table));
      between = "\n";
    }
  });
}
