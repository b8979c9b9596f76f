#include "cli/model_options.h"

Option device_option(std::string& device) {
  return {.names = "--device",
          .target = &device,
          .help = "what computes: cpu, or cuda; default: what computed the run, cpu for a folder"};
}

Option dtype_option(std::string& dtype) {
  return {.names = "--dtype",
          .target = &dtype,
          .help = "what is computed in: float32, the default, or bfloat16"};
}

std::vector<Option> with_model(twofold::ModelSource& source, const std::vector<Option>& others) {
  std::vector<Option> options = {
      {.names = "MODEL",
       .target = &source.model,
       .help = "Hugging Face folder; or, with ROOT, the NAME of a run",
       .required = true},
      {.names = "ROOT",
       .target = &source.root,
       .help = "of a run: folder of data/, checkpoints/ and results/"},
      {.names = "-p,--project", .target = &source.project, .show_default = true},
      {.names = "-g,--group", .target = &source.group, .show_default = true},
      {.names = "--adapter",
       .target = &source.adapter_folders,
       .help = "PEFT folder to put on it, DIR or DIR:weight; several: on top of each other",
       .times = Times::kAgain},
      {.names = "--checkpoint",
       .target = &source.checkpoint,
       .help = "of a run: suffix; default: the newest"}};
  options.insert(options.end(), others.begin(), others.end());
  return options;
}
