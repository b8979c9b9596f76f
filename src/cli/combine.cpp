#include <fmt/format.h>
#include <twofold/process.h>

#include <memory>

#include "cli/commands.h"
#include "cli/model_options.h"

namespace {

struct Arguments {
  twofold::ModelSource source;
  twofold::CombineRequest request;
};

}  // namespace

Command combine_command() {
  const auto to = std::make_shared<Arguments>();
  return {.name = "combine",
          .summary = "several PEFT adapters of one model as a single one",
          .options = with_model(
              to->source,
              {{.names = "--out",
                .target = &to->request.out,
                .help = "folder to write; must not exist",
                .required = true},
               {.names = "--method",
                .target = &to->request.method,
                .help = "cat: the exact sum; svd: the nearest adapter of --rank; linear: A and B "
                        "apart",
                .show_default = true},
               {.names = "--rank",
                .target = &to->request.rank,
                .help = "of svd; 0: the largest of the adapters'",
                .show_default = true}}),
          .run = [to] {
            twofold::apply_process_settings();
            twofold::combine_adapters(to->source, to->request);
            fmt::print("{} adapters combined into {}\n", to->source.adapter_folders.size(),
                       to->request.out.string());
          }};
}
