#include <fmt/format.h>
#include <twofold/inspect.h>
#include <twofold/render.h>

#include <memory>

#include "cli/commands.h"

Command inspect_command() {
  const auto path = std::make_shared<std::string>();
  return {.name = "inspect",
          .summary = "what is in a model, adapter, tokenizer, GGUF, dataset or checkpoint",
          .options =
              {{.names = "PATH", .target = path.get(), .help = "folder or file", .required = true}},
          .run = [path] {
            const char* between = "";
            for (const auto& table : twofold::inspect(*path)) {
              fmt::print("{}{}", between, twofold::render(table));
              between = "\n";
            }
          }};
}
