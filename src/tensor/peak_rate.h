#pragma once
// The peak rate of the machine, with which every reported speed is compared.

#include <string>

namespace twofold {

/// The best rate measured for a large matrix product on all threads, in the dtype that training
/// computes in (for bfloat16 also in float32, which may be faster). It is measured when first asked
/// for, which is after the first steps, when the threads run at full speed, and cached in a folder
/// by CPU model, thread count and dtype.
class PeakRate {
 public:
  PeakRate(const std::string& cache_folder, const std::string& dtype);
  struct Share {
    double value;
    bool measured;  ///< whether it took a measurement just now (up to half a second)
  };
  /// `flops` (per second) as a share of the peak. A rate above the peak shows that the peak was
  /// measured at a bad moment: the peak is then measured again, a few times at most.
  Share share_of(double flops);

 private:
  void measure();

  std::string file_, machine_, dtype_;
  double peak_ = 0;  ///< FLOP/s; 0: not measured yet
  int measurements_ = 0;
};

}  // namespace twofold
