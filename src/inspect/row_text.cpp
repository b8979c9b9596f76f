#include "inspect/row_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace twofold {
namespace {

/// The ids of a row as a text has them.
std::vector<int32_t> ids_of(const Batch& batch, int64_t row) {
  std::vector<int32_t> ids;
  for (int64_t t = 0; t < batch.width; ++t) {
    const auto at = static_cast<size_t>(row * batch.width + t);
    const bool last = t + 1 == batch.width;
    const bool begins = batch.first_key[at] == t, ends = last || batch.first_key[at + 1] > t;
    const int32_t label = batch.labels[at];
    const bool label_follows = !last && batch.tokens[at + 1] == label;
    // Padding sees nothing and teaches nothing, or what the document behind it begins with.
    if (begins && ends && (label < 0 || label_follows)) continue;
    ids.push_back(batch.tokens[at]);
    if (ends && label >= 0 && !label_follows) ids.push_back(label);
  }
  return ids;
}

}  // namespace

std::string row_text(const Batch& batch, int64_t row, const Tokenizer* tokenizer) {
  const std::vector<int32_t> ids = ids_of(batch, row);
  const bool known =
      tokenizer && std::ranges::all_of(ids, [&](int32_t id) { return tokenizer->has_token(id); });
  return known ? tokenizer->decode(ids) : fmt::format("{}", fmt::join(ids, " "));
}

}  // namespace twofold
