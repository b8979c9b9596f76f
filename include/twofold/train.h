#pragma once
// For programs with a training loop of their own: the state of a run, the switch between the
// phases, one step. Exposes libtorch's tensors; docs/embed.md has a whole program.
#include "twofold/config/fields.h"                // config::Fields, config::load
#include "twofold/lora.h"                         // LoRAConfig, inject_lora_params, …
#include "twofold/model/families/registration.h"  // make_model_config
#include "twofold/model/loss.h"                   // batch_loss, evaluate_loss
#include "twofold/run/state.h"                    // LoRATrainState, start_state, transition_to_lora
#include "twofold/train/step.h"                   // train_step
