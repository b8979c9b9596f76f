#pragma once
// Text to token ids and back: one interface (<twofold/tokenizer_interface.h>), behind which each
// room of this folder has its own, and what they share.

#include <cstddef>
#include <cstdint>

#include "twofold/tokenizer_interface.h"

namespace twofold {

/// Refuses an id outside [0, vocab_size), as every decode must.
void check_id(int32_t id, size_t index, int64_t vocab_size);

}  // namespace twofold
