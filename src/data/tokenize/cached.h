#pragma once
// Datasets that a mixture names the sources of: made before training, and kept by what they are
// made of.

#include "data/tokenize/tokenize.h"

namespace twofold {

/// Makes the dataset, if it is not there, in a folder named after its content, and `label()` below
/// `data_root` a link to it: another source or other settings lead to another folder. Throws an
/// Error if there is a dataset of that name that was made in another way.
/// `Config`: TokenizeVariableConfig or TokenizeBlockwiseConfig.
template <class Config>
TokenizeResult tokenize_cached(const Config& config, const Path& data_root,
                               const TokenizeOptions& options = {});

}  // namespace twofold
