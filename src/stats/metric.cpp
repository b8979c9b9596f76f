#include "stats/metric.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "stats/bleu.h"

namespace twofold::stats {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

size_t width_of(Aggregation aggregation) {
  switch (aggregation) {
    case Aggregation::kMean:
    case Aggregation::kPerplexity:
      return 1;
    case Aggregation::kRatio:
    case Aggregation::kWeightedPerplexity:
    case Aggregation::kBitsPerByte:
    case Aggregation::kF1:
      return 2;
    case Aggregation::kBleu:
      return kBleuCounts;
  }
  return 0;
}

/// The metric of `items` items whose numbers add up to `sums`.
double metric_of(Aggregation aggregation, std::span<const double> sums, size_t items) {
  const auto count = static_cast<double>(items);
  switch (aggregation) {
    case Aggregation::kMean:
      return sums[0] / count;
    case Aggregation::kRatio:
      return sums[0] / sums[1];
    case Aggregation::kPerplexity:
      return std::exp(-sums[0] / count);
    case Aggregation::kWeightedPerplexity:
      return std::exp(-sums[0] / sums[1]);
    case Aggregation::kBitsPerByte:
      return -sums[0] / sums[1] / std::numbers::ln2;
    case Aggregation::kF1:
      return sums[0] > 0 ? 2 * sums[0] / (2 * sums[0] + sums[1]) : 0;
    case Aggregation::kBleu:
      return bleu(sums);
  }
  return kNone;
}

void add_item(std::span<double> sums, std::span<const double> numbers) {
  for (size_t i = 0; i < sums.size(); ++i) sums[i] += numbers[i];
}

/// Calls `draw` with the number of each item of a resample.
template <class Draw>
void resample(const Bootstrap& bootstrap, int64_t round, size_t items, const Draw& draw) {
  static const uint64_t kStream = hash64("bootstrap");
  const RandomStream stream(bootstrap.seed, Purpose::kSampling, kStream,
                            static_cast<uint64_t>(round));
  for (size_t first = 0; first < items; first += 4) {
    const std::array<uint32_t, 4> words = stream.block(first / 4);
    for (size_t i = 0; i < std::min<size_t>(4, items - first); ++i) {
      draw(static_cast<size_t>(words[i] * uint64_t{items} >> 32));
    }
  }
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Of a sample: Σ(x - mean)² is divided by n - 1.
double standard_deviation(std::span<const double> values) {
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

/// The value below which `share` of the sorted values lie, interpolated between neighbours.
double quantile(std::span<const double> sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

}  // namespace

size_t ItemNumbers::width() const { return width_of(aggregation_); }

void ItemNumbers::add(std::span<const double> numbers) {
  TWOFOLD_EXPECT(numbers.size() == width(), "an item has as many numbers as its metric takes");
  numbers_.insert(numbers_.end(), numbers.begin(), numbers.end());
}

double ItemNumbers::value() const {
  if (items() == 0) return kNone;
  std::vector<double> sums(width());
  for (size_t i = 0; i < items(); ++i) add_item(sums, of(i));
  return metric_of(aggregation_, sums, items());
}

double standard_error(const ItemNumbers& numbers, const Bootstrap& bootstrap) {
  const size_t items = numbers.items();
  if (items < 2) return kNone;
  std::vector<double> values;
  if (numbers.aggregation() == Aggregation::kMean) {
    for (size_t i = 0; i < items; ++i) values.push_back(numbers.of(i)[0]);
    return standard_deviation(values) / std::sqrt(static_cast<double>(items));
  }
  std::vector<double> sums(numbers.width());
  for (int64_t round = 0; round < bootstrap.resamples; ++round) {
    std::ranges::fill(sums, 0);
    resample(bootstrap, round, items, [&](size_t item) { add_item(sums, numbers.of(item)); });
    values.push_back(metric_of(numbers.aggregation(), sums, items));
  }
  return standard_deviation(values);
}

std::vector<double> pseudo_values(const ItemNumbers& numbers) {
  const size_t items = numbers.items();
  const auto count = static_cast<double>(items);
  std::vector<double> sums(numbers.width()), rest(numbers.width()), values;
  for (size_t i = 0; i < items; ++i) add_item(sums, numbers.of(i));
  const double all = metric_of(numbers.aggregation(), sums, items);
  for (size_t i = 0; i < items; ++i) {
    const std::span<const double> own = numbers.of(i);
    if (numbers.aggregation() == Aggregation::kMean || items == 1) {
      values.push_back(items == 1 ? all : own[0]);
      continue;
    }
    for (size_t k = 0; k < rest.size(); ++k) rest[k] = sums[k] - own[k];
    values.push_back(count * all - (count - 1) * metric_of(numbers.aggregation(), rest, items - 1));
  }
  return values;
}

Interval paired_difference(const ItemNumbers& ours, const ItemNumbers& theirs, double confidence,
                           const Bootstrap& bootstrap) {
  const size_t items = ours.items();
  TWOFOLD_EXPECT(items == theirs.items() && ours.aggregation() == theirs.aggregation(),
                 "a paired difference is of two models on the same items");
  if (items == 0) return {kNone, kNone};
  const Aggregation aggregation = ours.aggregation();
  std::vector<double> differences, our_sums(ours.width()), their_sums(ours.width());
  for (int64_t round = 0; round < bootstrap.resamples; ++round) {
    std::ranges::fill(our_sums, 0);
    std::ranges::fill(their_sums, 0);
    resample(bootstrap, round, items, [&](size_t item) {
      add_item(our_sums, ours.of(item));
      add_item(their_sums, theirs.of(item));
    });
    differences.push_back(metric_of(aggregation, our_sums, items) -
                          metric_of(aggregation, their_sums, items));
  }
  std::ranges::sort(differences);
  const double tail = (1 - confidence) / 2;
  return {quantile(differences, tail), quantile(differences, 1 - tail)};
}

}  // namespace twofold::stats
