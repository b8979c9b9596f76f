#include "twofold/data/batch.h"

#include <algorithm>

#include "base/error.h"

namespace twofold {

Batch::Batch(int64_t row_count, int64_t row_width)
    : rows(row_count),
      width(row_width),
      tokens(static_cast<size_t>(row_count * row_width)),
      labels(tokens.size()),
      positions(tokens.size()),
      first_key(tokens.size()),
      sources(static_cast<size_t>(row_count)) {}

int64_t Batch::supervised() const {
  return static_cast<int64_t>(labels.size()) - std::count(labels.begin(), labels.end(), -1);
}

Batch Batch::slice(int64_t begin, int64_t end) const {
  TWOFOLD_EXPECT(0 <= begin && begin <= end && end <= rows, "a slice lies within its batch");
  const auto cells = [&](const std::vector<int32_t>& all) {
    return std::vector<int32_t>(all.begin() + begin * width, all.begin() + end * width);
  };
  Batch part;
  part.rows = end - begin;
  part.width = width;
  part.tokens = cells(tokens);
  part.labels = cells(labels);
  part.positions = cells(positions);
  part.first_key = cells(first_key);
  part.sources.assign(sources.begin() + begin, sources.begin() + end);
  return part;
}

}  // namespace twofold
