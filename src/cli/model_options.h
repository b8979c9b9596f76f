#pragma once
// Which model a verb is to use: MODEL [ROOT], with the options that find a run's checkpoint.

#include <twofold/model.h>

#include <CLI/CLI.hpp>

inline void take_model(CLI::App* command, twofold::ModelSource& to) {
  command->add_option("MODEL", to.model, "Hugging Face folder; or, with ROOT, the NAME of a run")
      ->required();
  command->add_option("ROOT", to.root, "of a run: folder of data/, checkpoints/ and results/");
  command->add_option("-p,--project", to.project)->capture_default_str();
  command->add_option("-g,--group", to.group)->capture_default_str();
  command
      ->add_option("--adapter", to.adapter_folders,
                   "PEFT folder to put on it, DIR or DIR:weight; several: on top of each other")
      ->allow_extra_args(false);
  command->add_option("--checkpoint", to.checkpoint, "of a run: suffix; default: the newest");
}
