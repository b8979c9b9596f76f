#include "run/plan/overlap.h"

#include <algorithm>
#include <span>
#include <unordered_set>

#include "data/read/dataset.h"

namespace twofold {
namespace {

constexpr int64_t kSought = 500;           ///< rows of the later dataset
constexpr int64_t kSearched = 32'000'000;  ///< tokens of each earlier one

/// A polynomial in an odd base, modulo 2^64: that of the next window follows from that of the last.
constexpr uint64_t kBase = 0x9E3779B97F4A7C15;

uint64_t value_of(int32_t id) { return static_cast<uint64_t>(id) + 1; }

uint64_t hash_of(std::span<const int32_t> window) {
  uint64_t hash = 0;
  for (const int32_t id : window) hash = hash * kBase + value_of(id);
  return hash;
}

/// The numbers of at most `most` rows of `dataset`, evenly apart.
std::vector<int64_t> some_rows(const Dataset& dataset, int64_t most) {
  std::vector<int64_t> numbers(static_cast<size_t>(std::min(dataset.rows(), most)));
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = static_cast<int64_t>(i) * dataset.rows() / std::ssize(numbers);
  }
  return numbers;
}

std::vector<uint64_t> middle_windows(const Dataset& dataset, int64_t width) {
  std::vector<uint64_t> windows;
  for (const int64_t number : some_rows(dataset, kSought)) {
    const RowTokens row = tokens_of(dataset, number, width);
    if (std::ssize(row.ids) < kWindow) continue;
    const std::span<const int32_t> ids(row.ids);
    windows.push_back(hash_of(ids.subspan((ids.size() - kWindow) / 2, kWindow)));
  }
  return windows;
}

/// The windows of `tokens` that are among `wanted` move to `seen`.
void search(std::span<const int32_t> tokens, const std::unordered_set<uint64_t>& wanted,
            std::unordered_set<uint64_t>& seen) {
  if (std::ssize(tokens) < kWindow) return;
  uint64_t leaving = 1;  // kBase to the power of kWindow
  for (int64_t i = 0; i < kWindow; ++i) leaving *= kBase;
  uint64_t hash = hash_of(tokens.first(kWindow));
  for (size_t end = kWindow;; ++end) {
    if (wanted.contains(hash)) seen.insert(hash);
    if (end == tokens.size()) return;
    hash = hash * kBase + value_of(tokens[end]) - leaving * value_of(tokens[end - kWindow]);
  }
}

}  // namespace

double share_seen(const Path& data_root, const Sampling& later, const Mixture& earlier,
                  const DataNeeds& needs) {
  const auto open = [&](const Sampling& sampling) {
    return open_dataset(data_root, sampling, Split::kTrain, needs.width, needs.vocab_size);
  };
  const std::vector<uint64_t> windows = middle_windows(*open(later), needs.width);
  const std::unordered_set<uint64_t> wanted(windows.begin(), windows.end());
  std::unordered_set<uint64_t> seen;
  for (const Sampling& sampling : earlier) {
    const auto dataset = open(sampling);
    Batch row(1, needs.width);
    for (const int64_t number : some_rows(*dataset, kSearched / needs.width)) {
      dataset->read(number, row, 0);
      search(row.tokens, wanted, seen);
    }
  }
  const auto found =
      std::ranges::count_if(windows, [&](uint64_t window) { return seen.contains(window); });
  return windows.empty() ? 0 : static_cast<double>(found) / static_cast<double>(windows.size());
}

}  // namespace twofold
