#pragma once
// The tokens that a model expects around a text: the "post_processor" of tokenizer.json.

#include <cstdint>
#include <vector>

#include "tokenizer/huggingface/json.h"

namespace twofold::hf {

struct SpecialTokenTemplate {
  std::vector<int32_t> before, after;
};

/// TemplateProcessing (its "single"), ByteLevel (which changes no ids), Sequence. Any other is an
/// Error that names it, as is a special token that is not below `vocab_size`.
SpecialTokenTemplate read_post_processor(const JsonReader& node, int64_t vocab_size);

}  // namespace twofold::hf
