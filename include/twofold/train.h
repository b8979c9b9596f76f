#pragma once
// Both phases by hand, for programs with a loop of their own: the state of a run, the switch, one
// step. And the trainers behind `twofold run`, to derive jobs from. Shows libtorch's tensors;
// docs/embed.md has a whole program.
#include "data/sampling.h"     // Sampling, DatasetStyle
#include "model/loss.h"        // batch_loss, evaluate_loss
#include "run/lora_trainer.h"  // RestoreableJob, BaseTrainer, LoRATrainer, LoRATrainerConfig
#include "run/state.h"         // LoRATrainState, start_state, transition_to_lora
#include "train/step.h"        // train_step
#include "twofold/lora.h"      // LoRAConfig, inject_lora_params, merge_lora_params, …
