#include "run/plan/data_rows.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/folders.h"
#include "data/read/dataset.h"

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

}  // namespace

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
    gather(found, [&, &size = entry->second] {
      const auto dataset = open(Split::kTrain);
      size = {.rows = dataset->rows(), .filled = dataset->filled()};
    });
    std::vector<Problem> of_val;
    if (needs.validation) gather(of_val, [&] { open(Split::kVal); });
    add_new(problems, found);
    add_new(problems, of_val);
  }
  throw_problems(std::move(problems));
}

}  // namespace twofold
