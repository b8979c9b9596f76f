#include "tokenizer/tokenizer.h"

#include <fmt/format.h>

#include "base/error.h"

namespace twofold {

void check_id(int32_t id, size_t index, int64_t vocab_size) {
  if (id >= 0 && id < vocab_size) return;
  fail({.what = "token id is outside the tokenizer's vocabulary",
        .where = fmt::format("token {} of the sequence", index),
        .expected = fmt::format("0 to {}", vocab_size - 1),
        .found = fmt::format("{}", id),
        .hint = "is this the tokenizer that the data and the model were made with?"});
}

}  // namespace twofold
