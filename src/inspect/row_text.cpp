#include "inspect/row_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "data/read/row_tokens.h"

namespace twofold {

std::string row_text(const Batch& batch, int64_t row, const Tokenizer* tokenizer) {
  const std::vector<int32_t> ids = row_tokens(batch, row).ids;
  const bool known =
      tokenizer && std::ranges::all_of(ids, [&](int32_t id) { return tokenizer->has_token(id); });
  return known ? tokenizer->decode(ids) : fmt::format("{}", fmt::join(ids, " "));
}

}  // namespace twofold
