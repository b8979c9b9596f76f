#pragma once
// Adds PEFT folders to a model's weights.

#include "interop/peft/peft.h"

namespace twofold {

/// A folder and how much of it is wanted.
struct WeightedFolder {
  Path folder;
  double weight = 1;
};
/// Reads "DIR" or "DIR:0.5". If a folder of the whole name exists, it is that one, with weight 1.
WeightedFolder weighted_folder(const std::string& text);

/// W ← W + weight·(W' − W) for every leaf with an adapter, W' being the weight with it merged; in
/// the leaf's dtype and storage order. The adapters are taken off.
void fold_adapters(ParameterTree& parameters, double weight);

/// The same of the adapters and whole weights of a folder. Throws Errors as read_peft_folder does.
void merge_peft_folder(const WeightedFolder& adapter, const ModelConfig& config,
                       ParameterTree& parameters, TableCopies copies);

}  // namespace twofold
