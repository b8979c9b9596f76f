#pragma once
// Which dataset serves sample n of a stage, and how many samples it has served before. Shares are
// exact: after any n samples every dataset has served rate·n of them to within one. Any sample is
// found in O(1), without state.

#include <cstdint>
#include <vector>

#include "data/sampling.h"

namespace twofold {

class MixtureOrder {
 public:
  /// `rates` must sum to 1 within 1e-6 and lie in [1e-6, 1] (an Error otherwise); they are taken as
  /// shares of the shortest period up to 10^6 samples that represents them within 1e-9, else
  /// rounded to six decimal places.
  explicit MixtureOrder(const std::vector<double>& rates);

  struct Draw {
    int dataset = 0;    ///< index into the rates
    int64_t index = 0;  ///< how many samples this dataset has served before
  };
  Draw operator()(int64_t sample) const;
  /// Samples that each dataset serves among the first `samples`.
  std::vector<int64_t> counts(int64_t samples) const;

 private:
  int datasets_;
  int64_t period_;
  std::vector<uint8_t> order_;  // dataset of each sample of one period
  std::vector<int64_t>
      blocks_;  // counts before every kBlock samples and the whole period, datasets_ each
};

/// Throws an Error naming `key` if the rates of a mixture are out of range or do not sum to 1, or
/// if a dataset occurs in it twice.
void check_mixture(const Mixture& mixture, const std::string& key);

}  // namespace twofold
