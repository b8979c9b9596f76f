#pragma once
// The jobs that turn text into dataset files.

#include <memory>

#include "run/job.h"

namespace twofold {

std::unique_ptr<Job> make_variable_tokenizer();   ///< data/tokenize_variable_dataset
std::unique_ptr<Job> make_blockwise_tokenizer();  ///< data/tokenize_blockwise_dataset

}  // namespace twofold
