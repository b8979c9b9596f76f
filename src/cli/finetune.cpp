#include <twofold/finetune.h>

#include <cstdio>
#include <memory>

#include "cli/commands.h"
#include "cli/console.h"

Command finetune_command() {
  const auto to = std::make_shared<twofold::FinetuneRequest>();
  return {.name = "finetune",
          .summary = "from a model and data to a verified adapter, in one line",
          .options = {{.names = "MODEL",
                       .target = &to->model,
                       .help = "Hugging Face folder",
                       .required = true},
                      {.names = "DATA",
                       .target = &to->data,
                       .help = "records in any form that `tokenize` takes: a file, a folder, a "
                               "pattern",
                       .required = true},
                      {.names = "OUT",
                       .target = &to->out,
                       .help = "folder for the adapter, finetune.yaml and run/; the same line goes "
                               "on with it",
                       .required = true},
                      {.names = "overrides",
                       .target = &to->overrides,
                       .help = "key.path=value: any setting, which is not chosen then"}},
          .run = [to] {
            Console console(stdout);
            twofold::finetune(*to, console);
          }};
}
