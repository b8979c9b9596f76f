#include "data/order/mixture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/error.h"

namespace twofold {
namespace {

constexpr double kSumTolerance = 1e-6;
constexpr double kRateTolerance = 1e-9;
constexpr int64_t kLongestPeriod = 1'000'000;
constexpr double kSmallestRate = 1.0 / kLongestPeriod;
constexpr size_t kMaxDatasets = 255;  // one byte each in the stored order
constexpr int64_t kBlock = 128;       // samples between two stored counts

void check(const std::vector<double>& rates, const std::string& where) {
  if (rates.empty() || rates.size() > kMaxDatasets)
    fail({.what = "a mixture has no datasets, or too many",
          .where = where,
          .expected = fmt::format("1 to {} datasets", kMaxDatasets),
          .found = fmt::format("{}", rates.size()),
          .hint = "name at least one: [{name: …, rate: 1.0, style: PMD}]"});
  for (size_t i = 0; i < rates.size(); ++i) {
    if (rates[i] >= kSmallestRate && rates[i] <= 1) continue;  // false for NaN too
    fail({.what = "the rate of a dataset is out of range",
          .where = fmt::format("{}/{}/rate", where, i),
          .expected = fmt::format("a number from {} to 1", kSmallestRate),
          .found = fmt::format("{}", rates[i]),
          .hint = "remove a dataset that is not to be drawn from"});
  }
  const double sum = std::accumulate(rates.begin(), rates.end(), 0.0);
  if (std::abs(sum - 1) <= kSumTolerance) return;
  fail({.what = "the rates of a mixture do not sum to 1",
        .where = where,
        .expected = "rates that sum to 1",
        .found = fmt::format("{}, sum {:.9g}", fmt::join(rates, " + "), sum),
        .hint = "divide each rate by the sum"});
}

/// Rates as whole shares of the shortest period that represents them; of the longest, rounded to
/// the nearest (largest remainders), if none does.
std::vector<int64_t> shares_of(const std::vector<double>& rates) {
  const double sum = std::accumulate(rates.begin(), rates.end(), 0.0);
  std::vector<int64_t> shares(rates.size());
  for (int64_t period = 1; period <= kLongestPeriod; ++period) {
    bool exact = true;
    for (size_t i = 0; exact && i < rates.size(); ++i) {
      const double share = rates[i] / sum * static_cast<double>(period);
      shares[i] = std::llround(share);
      exact = std::abs(share - static_cast<double>(shares[i])) <=
              kRateTolerance * static_cast<double>(period);
    }
    const bool whole = std::accumulate(shares.begin(), shares.end(), int64_t{0}) == period;
    if (exact && whole && *std::min_element(shares.begin(), shares.end()) > 0) return shares;
  }
  std::vector<std::pair<double, size_t>> remainders;
  int64_t missing = kLongestPeriod;
  for (size_t i = 0; i < rates.size(); ++i) {
    const double share = rates[i] / sum * static_cast<double>(kLongestPeriod);
    shares[i] = std::max<int64_t>(1, static_cast<int64_t>(share));
    missing -= shares[i];
    remainders.emplace_back(static_cast<double>(shares[i]) - share, i);
  }
  std::sort(remainders.begin(), remainders.end());
  for (size_t i = 0; missing > 0; ++i, --missing) ++shares[remainders[i % rates.size()].second];
  for (; missing < 0; ++missing) --*std::max_element(shares.begin(), shares.end());
  return shares;
}

/// Serves sample t by the most urgent dataset. Unit j of a dataset of rate c/Q may be served from
/// sample ⌊jQ/c⌋ on and must be before ⌈(j+1)Q/c⌉: exactly the samples that keep its count within
/// one of t·c/Q. The earliest deadline first meets all of them, as unit jobs with whole release
/// times on one machine always can when each interval is long enough for what lies inside it
/// (here it is, since the rates sum to 1).
std::vector<uint8_t> schedule(const std::vector<int64_t>& shares, int64_t period) {
  std::vector<uint8_t> order(static_cast<size_t>(period));
  std::vector<int64_t> served(shares.size());
  for (int64_t t = 0; t < period; ++t) {
    int64_t earliest = 2 * period;
    size_t chosen = shares.size();
    for (size_t i = 0; i < shares.size(); ++i) {
      if (served[i] * period / shares[i] > t) continue;
      const int64_t deadline = ((served[i] + 1) * period + shares[i] - 1) / shares[i];
      if (deadline >= earliest) continue;
      earliest = deadline;
      chosen = i;
    }
    TWOFOLD_EXPECT(chosen < shares.size() && earliest > t, "every deadline of a mixture is met");
    ++served[chosen];
    order[static_cast<size_t>(t)] = static_cast<uint8_t>(chosen);
  }
  return order;
}

}  // namespace

MixtureOrder::MixtureOrder(const std::vector<double>& rates)
    : datasets_(static_cast<int>(rates.size())) {
  check(rates, "mixture");
  const std::vector<int64_t> shares = shares_of(rates);
  period_ = std::accumulate(shares.begin(), shares.end(), int64_t{0});
  order_ = schedule(shares, period_);
  std::vector<int64_t> served(rates.size());
  for (int64_t t = 0; t <= period_; ++t) {
    if (t % kBlock == 0 || t == period_)
      blocks_.insert(blocks_.end(), served.begin(), served.end());
    if (t < period_) ++served[order_[static_cast<size_t>(t)]];
  }
}

std::vector<int64_t> MixtureOrder::counts(int64_t samples) const {
  TWOFOLD_EXPECT(samples >= 0, "samples are counted from 0");
  const int64_t periods = samples / period_;
  const int64_t rest = samples % period_;
  const int64_t block = rest / kBlock;
  const int64_t* whole = blocks_.data() + blocks_.size() - datasets_;
  std::vector<int64_t> counts(blocks_.begin() + block * datasets_,
                              blocks_.begin() + (block + 1) * datasets_);
  for (int64_t t = block * kBlock; t < rest; ++t) ++counts[order_[static_cast<size_t>(t)]];
  for (int i = 0; i < datasets_; ++i) counts[static_cast<size_t>(i)] += periods * whole[i];
  return counts;
}

MixtureOrder::Draw MixtureOrder::operator()(int64_t sample) const {
  const int dataset = order_[static_cast<size_t>(sample % period_)];
  return {.dataset = dataset, .index = counts(sample)[static_cast<size_t>(dataset)]};
}

void check_mixture(const Mixture& mixture, const std::string& key) {
  std::vector<double> rates;
  std::set<std::string> seen;
  for (const Sampling& sampling : mixture) {
    rates.push_back(sampling.rate);
    if (seen.insert(sampling.label()).second) continue;
    fail({.what = fmt::format("dataset `{}` occurs twice in one mixture", sampling.label()),
          .where = key,
          .expected = "each dataset once, so that none of its rows repeats within an epoch",
          .found = fmt::format("`{}` again", sampling.label()),
          .hint = "give it once, at the sum of the rates"});
  }
  check(rates, key);
}

}  // namespace twofold
