#pragma once
// A stage of training: one mixture of datasets, as an endless, seekable sequence of rows. Row n is
// a pure function of (seed, stage, n), so that there is no state to save; no row of a dataset
// repeats within an epoch.

#include <cstdint>
#include <memory>
#include <vector>

#include "data/order/mixture.h"
#include "data/read/dataset.h"

namespace twofold {

class Stage {
 public:
  struct Options {
    Path data_root;
    int64_t width = 0;
    int64_t vocab_size = 0;
    uint64_t seed = 0;
    int stage = 0;  ///< counted over the whole run; part of the shuffle's key
  };
  Stage(const Mixture& mixture, const Options& options);

  /// Rows first … first + count − 1 of the stage.
  Batch rows(int64_t first, int64_t count) const;
  /// The same into a batch, at `slot` and behind it.
  void read(int64_t first, int64_t count, Batch& batch, int64_t slot) const;
  const Mixture& mixture() const { return mixture_; }

 private:
  Mixture mixture_;
  Options options_;
  MixtureOrder order_;
  std::vector<std::unique_ptr<Dataset>> datasets_;
};

/// A fixed set of validation rows of one dataset: the first `count` of a seeded order of its val
/// split, or all of them if it has fewer. The same at every call.
Batch validation_rows(const Sampling& sampling, const Stage::Options& options, int64_t count);

}  // namespace twofold
