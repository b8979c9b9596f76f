#include "data/read/row_tokens.h"

namespace twofold {

RowTokens row_tokens(const Batch& batch, int64_t row) {
  RowTokens found;
  const auto add = [&](int32_t id, bool is_trained) {
    found.ids.push_back(id);
    found.trained.push_back(is_trained ? 1 : 0);
  };
  bool is_predicted = false;  // by the position before
  for (int64_t t = 0; t < batch.width; ++t) {
    const auto at = static_cast<size_t>(row * batch.width + t);
    const bool last = t + 1 == batch.width;
    const bool begins = batch.first_key[at] == t, ends = last || batch.first_key[at + 1] > t;
    const int32_t label = batch.labels[at];
    const bool label_follows = !last && label >= 0 && batch.tokens[at + 1] == label;
    // Padding sees nothing and teaches nothing, or what the document behind it begins with.
    const bool is_padding = begins && ends && (label < 0 || label_follows);
    if (!is_padding) add(batch.tokens[at], is_predicted);
    if (!is_padding && ends && label >= 0 && !label_follows) add(label, true);
    is_predicted = label_follows;
  }
  return found;
}

}  // namespace twofold
