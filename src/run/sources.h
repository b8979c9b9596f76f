#pragma once
// The datasets of a run that are made of sources which its mixtures name.

#include "base/files.h"
#include "data/tokenize/preview.h"
#include "run/run_config.h"
#include "twofold/observer.h"

namespace twofold {

/// How the source of an entry is made into a dataset: rows one token wider than those of the run,
/// for the labels, or a stream (PMD). An Error for the style CONTRASTIVE.
void check_source(const RunConfig& config, const Sampling& sampling);

/// What the first records of the entry's source would become.
RecordsPreview preview_source(const RunConfig& config, const Sampling& sampling,
                              const TokenizerConfig& settings, const Tokenizer& tokenizer);

/// Makes the datasets that are not there yet, and says so. Throws Interrupted when asked to stop:
/// the same call goes on.
void make_datasets(const RunConfig& config, const TokenizerConfig& tokenizer, const Path& data_root,
                   Observer& observer);

}  // namespace twofold
