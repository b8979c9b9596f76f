#include "run/plan/data_rows.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/folders.h"

namespace twofold {
namespace {

/// Adds the problems that are not there yet: both splits report the same problem of a file that
/// they share.
void add_new(std::vector<Problem>& problems, const std::vector<Problem>& found) {
  for (const Problem& problem : found) {
    const bool is_told = std::ranges::any_of(
        problems, [&](const Problem& told) { return told.render() == problem.render(); });
    if (!is_told) problems.push_back(problem);
  }
}

SplitSize look_at(const Dataset& dataset, int64_t width) {
  constexpr int64_t kLookedAt = 1000, kShown = 3;
  SplitSize size{.rows = dataset.rows(), .filled = dataset.filled()};
  size.looked_at = std::min(size.rows, kLookedAt);
  for (int64_t i = 0; i < size.looked_at; ++i) {
    RowTokens row = tokens_of(dataset, i * size.rows / size.looked_at, width);
    // The first token of a window is given: it is learnt at the end of another.
    const bool given = !row.trained.empty() && row.trained.front() == 0;
    size.tokens += std::ssize(row.ids) - (given ? 1 : 0);
    size.learnt += std::ranges::count(row.trained, uint8_t{1});
    if (i < kShown) size.first.push_back(std::move(row));
  }
  return size;
}

void note_validation(const SplitSize& split, SplitSize& size) {
  size.validation_rows = split.rows;
  size.validation_learnt = static_cast<double>(split.learnt) / static_cast<double>(split.looked_at);
}

}  // namespace

RowTokens tokens_of(const Dataset& dataset, int64_t number, int64_t width) {
  Batch row(1, width);
  dataset.read(number, row, 0);
  return row_tokens(row, 0);
}

DataRows::key_type rows_key(const Sampling& sampling) {
  return {sampling.label(), sampling.style, sampling.documents};
}

void open_data(const Path& data_root, const Mixture& mixture, const DataNeeds& needs,
               DataRows& rows) {
  std::vector<Problem> problems;
  for (const Sampling& sampling : mixture) {
    const auto [entry, is_new] = rows.emplace(rows_key(sampling), SplitSize{});
    const bool to_be_made =
        !sampling.source.empty() && kind_of(data_root / sampling.label()) == PathKind::kNothing;
    if (!is_new || to_be_made) continue;
    const auto open = [&](Split split) {
      return open_dataset(data_root, sampling, split, needs.width, needs.vocab_size);
    };
    std::vector<Problem> found;
    gather(found,
           [&, &size = entry->second] { size = look_at(*open(Split::kTrain), needs.width); });
    std::vector<Problem> of_val;
    if (needs.validation) {
      gather(of_val, [&, &size = entry->second] {
        note_validation(look_at(*open(Split::kVal), needs.width), size);
      });
    }
    add_new(problems, found);
    add_new(problems, of_val);
  }
  throw_problems(std::move(problems));
}

}  // namespace twofold
