#pragma once
// What a metric is computed from, and how sure it is: its standard error, and how far two models
// differ on the same items.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace twofold::stats {

/// How the numbers of the items become one.
enum class Aggregation {
  kMean,                ///< of one number an item
  kRatio,               ///< Σa / Σb of two numbers an item: the loss of its tokens, their number
  kPerplexity,          ///< e to minus the mean of one number an item
  kWeightedPerplexity,  ///< exp(-Σa / Σb) of two numbers an item: a log-likelihood, a length
  kBitsPerByte,         ///< -Σa / Σb / ln 2 of the same
  kF1,                  ///< 2Σa / (2Σa + Σb) of two counts an item: found rightly, and amiss
  kBleu,                ///< of the counts of an item (bleu.h)
};

/// The numbers of each item that was asked.
class ItemNumbers {
 public:
  explicit ItemNumbers(Aggregation aggregation) : aggregation_(aggregation) {}

  /// Adds an item: as many numbers as the aggregation takes.
  void add(std::span<const double> numbers);
  void add(double number) { add(std::span(&number, 1)); }

  Aggregation aggregation() const { return aggregation_; }
  size_t items() const { return numbers_.size() / width(); }
  size_t width() const;  ///< numbers an item
  std::span<const double> of(size_t item) const { return {&numbers_[item * width()], width()}; }
  /// The metric; NaN without items.
  double value() const;

 private:
  Aggregation aggregation_;
  std::vector<double> numbers_;
};

/// Items are drawn with replacement, as many as there are, `resamples` times.
struct Bootstrap {
  int64_t resamples = 10'000;
  uint64_t seed = 1234;
};

/// Of a mean: the sample's standard deviation / √n. Of all else: the standard deviation of the
/// metric over the resamples. NaN for fewer than two items.
double standard_error(const ItemNumbers& numbers, const Bootstrap& bootstrap = {});

/// One number an item, whose mean is the metric (but for its bias), and whose spread is the
/// metric's: the pseudo-values of the jackknife. Differences of them are paired. Of a mean: the
/// items' own numbers.
std::vector<double> pseudo_values(const ItemNumbers& numbers);

struct Interval {
  double low = 0, high = 0;
  /// Whether the difference has a sign beyond the interval: "better" and "worse" are only said
  /// then.
  bool excludes_zero() const { return low > 0 || high < 0; }
};

/// Where the metric of `ours` minus that of `theirs`, both on the same items in the same order,
/// lies with this confidence: each resample draws the same items for both. An expectation of the
/// caller: as many items and the same aggregation.
Interval paired_difference(const ItemNumbers& ours, const ItemNumbers& theirs,
                           double confidence = 0.95, const Bootstrap& bootstrap = {});

}  // namespace twofold::stats
