#include "model/model.h"

#include "model/config.h"
#include "tensor/dtype.h"

namespace twofold {

Model::Model(const ModelConfig& config)
    : activation_(scalar_type(config.activation_dtype)), checkpointing_(config.checkpointing) {}

}  // namespace twofold
