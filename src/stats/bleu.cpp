#include "stats/bleu.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"

namespace twofold::stats {
namespace {

constexpr size_t kOrders = 4;
// Places in BleuCounts.
constexpr size_t kLength = 0, kReferenceLength = 1, kCorrect = 2, kTotal = kCorrect + kOrders;

using NGram = std::vector<std::string>;
using NGrams = std::map<NGram, int64_t>;

NGrams n_grams(const std::vector<std::string>& words) {
  NGrams counts;
  for (size_t order = 1; order <= kOrders; ++order) {
    for (auto first = words.begin();
         std::distance(first, words.end()) >= static_cast<ptrdiff_t>(order); ++first) {
      ++counts[NGram(first, first + static_cast<ptrdiff_t>(order))];
    }
  }
  return counts;
}

struct References {
  NGrams counts = {};  ///< of each n-gram the most that one of them has
  std::vector<size_t> lengths = {};
};

References read(std::span<const std::string> texts) {
  References references;
  for (const std::string& text : texts) {
    const std::vector<std::string> words = words_13a(text);
    references.lengths.push_back(words.size());
    for (const auto& [n_gram, count] : n_grams(words)) {
      int64_t& most = references.counts[n_gram];
      most = std::max(most, count);
    }
  }
  return references;
}

/// The length nearest to `length`, the shorter of two.
size_t nearest(const std::vector<size_t>& lengths, size_t length) {
  const auto distance = [&](size_t other) {
    return std::pair(other > length ? other - length : length - other, other);
  };
  return *std::ranges::min_element(lengths, {}, distance);
}

}  // namespace

BleuCounts count_bleu(std::string_view text, std::span<const std::string> references) {
  TWOFOLD_EXPECT(!references.empty(), "BLEU compares with at least one reference");
  const std::vector<std::string> words = words_13a(text);
  const References read_ones = read(references);
  BleuCounts counts{};
  counts[kLength] = static_cast<double>(words.size());
  counts[kReferenceLength] = static_cast<double>(nearest(read_ones.lengths, words.size()));
  for (const auto& [n_gram, count] : n_grams(words)) {
    const size_t order = n_gram.size() - 1;
    counts[kTotal + order] += static_cast<double>(count);
    const auto found = read_ones.counts.find(n_gram);
    if (found == read_ones.counts.end()) continue;
    counts[kCorrect + order] += static_cast<double>(std::min(count, found->second));
  }
  return counts;
}

double bleu(std::span<const double> counts) {
  const std::span<const double> correct = counts.subspan(kCorrect, kOrders);
  const std::span<const double> total = counts.subspan(kTotal, kOrders);
  if (std::ranges::all_of(correct, [](double count) { return count == 0; })) return 0;
  // Without any n-gram of an order, its precision is 0, and so is the score.
  if (std::ranges::any_of(total, [](double count) { return count == 0; })) return 0;
  double log_precisions = 0, smoothing = 1;
  for (size_t order = 0; order < kOrders; ++order) {
    if (correct[order] == 0) smoothing *= 2;
    const double hits = correct[order] == 0 ? 1 / smoothing : correct[order];
    log_precisions += std::log(100 * hits / total[order]);
  }
  const double length = counts[kLength], wanted = counts[kReferenceLength];
  const double brevity = length < wanted ? std::exp(1 - wanted / length) : 1;
  return brevity * std::exp(log_precisions / kOrders);
}

}  // namespace twofold::stats
