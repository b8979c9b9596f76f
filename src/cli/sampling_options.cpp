#include "cli/sampling_options.h"

std::vector<Option> sampling_options(twofold::GenerateRequest& to) {
  return {{.names = "--tokens",
           .target = &to.max_tokens,
           .help = "most new tokens; default: 200, fewer where the context ends"},
          {.names = "--temperature",
           .target = &to.temperature,
           .help = "0 = the likeliest token",
           .show_default = true},
          {.names = "--top-p", .target = &to.top_p, .show_default = true},
          {.names = "--top-k", .target = &to.top_k, .help = "0 = all", .show_default = true},
          {.names = "--min-p", .target = &to.min_p, .show_default = true},
          {.names = "--repetition-penalty",
           .target = &to.repetition_penalty,
           .help = "weakens tokens that the text has already; 1 = none; default: the folder's"},
          {.names = "--seed", .target = &to.seed, .show_default = true},
          {.names = "--stop",
           .target = &to.stops,
           .help = "text that ends it, again for more",
           .times = Times::kAgainOne}};
}
