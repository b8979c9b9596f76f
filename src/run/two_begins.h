#pragma once
// Texts that begin with the token that begins a text twice: spelled in them, and put in front too.

#include <cstdint>
#include <string>

#include "twofold/data/batch.h"
#include "twofold/model/config.h"

namespace twofold {

/// The model's token that begins a text and does nothing else; -1 if it has none: one that ends
/// texts as well may stand twice in a row.
int64_t begin_token(const ModelConfig& model);

/// A warning that names the first row with two of them in a row; empty if there is none. `begin`
/// may be -1.
std::string two_begins_text(const Batch& batch, int64_t begin);

}  // namespace twofold
