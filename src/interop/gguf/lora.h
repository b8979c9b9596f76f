#pragma once
// Adapters as a GGUF file that llama.cpp applies to the GGUF file of their base (--lora), and back.
// llama.cpp computes W + (alpha / r)·B·A with one alpha for the file and each tensor's own r.

#include "interop/gguf/plan.h"
#include "twofold/model/model.h"

namespace twofold {

/// Writes the adapters that are attached to `model`, float32; a scale that one alpha cannot express
/// is put into B. Not atomic. Throws an Error naming the leaf for what llama.cpp does not apply: an
/// adapter on a table that is the head as well, on learned positions, on a vector.
void write_gguf_lora(const GgufPlan& plan, const Model& model, const std::string& name,
                     const Path& file);

/// Attaches the adapters of `file` to the parameters of `model`, which has none. Throws an Error
/// naming the tensor for a file that is no adapter of this architecture.
void attach_gguf_lora(const GgufPlan& plan, const Path& file, Model& model);

}  // namespace twofold
