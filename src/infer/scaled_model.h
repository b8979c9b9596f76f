#pragma once
// A model with its adapters on by a part.

#include "infer/loaded_model.h"

namespace twofold {

/// The model with `scale` times what its adapters change: 0 is the base alone, 1 the model as it
/// is. An Error for a model without adapters; `option` is what asks for them, in its text.
LoadedModel load_scaled_model(const ModelSource& source, double scale, const std::string& option);

}  // namespace twofold
