#include "run/two_begins.h"

#include <fmt/format.h>

#include <algorithm>

namespace twofold {
namespace {

/// Whether two `begin` stand in the row one after the other, in one text: padding sees only itself.
bool has_two(const Batch& batch, int64_t row, int64_t begin) {
  for (int64_t t = 0; t + 1 < batch.width; ++t) {
    const auto at = static_cast<size_t>(row * batch.width + t);
    const bool both = batch.tokens[at] == begin && batch.tokens[at + 1] == begin;
    if (both && batch.first_key[at + 1] <= t) return true;
  }
  return false;
}

}  // namespace

int64_t begin_token(const ModelConfig& model) {
  const auto& ends = model.eos_token_id;
  const bool ends_too = std::find(ends.begin(), ends.end(), model.bos_token_id) != ends.end();
  return ends_too ? -1 : model.bos_token_id;
}

std::string two_begins_text(const Batch& batch, int64_t begin) {
  if (begin < 0) return {};
  for (int64_t row = 0; row < batch.rows; ++row) {
    if (!has_two(batch, row, begin)) continue;
    const RowSource& source = batch.sources[static_cast<size_t>(row)];
    return fmt::format(
        "row {} of {} has the token that begins a text twice in a row (id {}): "
        "tokenizer/add_special "
        "puts it in front of texts that have it already",
        source.row, source.dataset, begin);
  }
  return {};
}

}  // namespace twofold
