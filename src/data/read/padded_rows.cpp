#include "data/read/padded_rows.h"

#include <fmt/format.h>

#include "base/error.h"

namespace twofold {
namespace {

Shape shape_of(const Path& folder, Split split, int64_t width) {
  require_split(folder, split);
  const Shape shape = read_shape(folder, split);
  if (shape.width < width) {
    fail({.what = "the rows of the dataset are shorter than one block",
          .where = token_path(folder, split).string(),
          .expected = fmt::format("rows of at least architecture/block_size = {} tokens", width),
          .found = fmt::format("rows of {} tokens", shape.width),
          .hint = "use a smaller block_size, or tokenize again with a larger one"});
  }
  return shape;
}

int32_t pad_of(const Path& folder, int64_t vocab_size) {
  const int32_t pad = read_pad_token(folder);
  if (pad >= vocab_size) {
    fail({.what = "the dataset's pad token is outside the vocabulary",
          .where = (folder / "config.json").string() + ", pad_token",
          .expected = fmt::format("an id below vocab_size = {}", vocab_size),
          .found = fmt::format("{}", pad),
          .hint = "raise architecture/vocab_size, or tokenize again with data/pad_token 0"});
  }
  return pad;
}

TokenFile tokens_of(const Path& path, int64_t vocab_size, const Shape& shape) {
  TokenFile tokens(path, vocab_size);
  require_shape(path, tokens.size(), shape);
  return tokens;
}

}  // namespace

PaddedRows::PaddedRows(const Path& folder, Split split, int64_t width, int64_t vocab_size)
    : shape_(shape_of(folder, split, width)),
      pad_(pad_of(folder, vocab_size)),
      tokens_(tokens_of(token_path(folder, split), vocab_size, shape_)),
      mask_(tokens_.path().string() + ".mask", tokens_) {}

PaddedRows::Row PaddedRows::row(int64_t index) const {
  TWOFOLD_EXPECT(0 <= index && index < shape_.rows, "the row exists");
  Row row{.ids = tokens_.tokens(index * shape_.width, shape_.width),
          .mask = mask_.bytes(index * shape_.width, shape_.width)};
  size_t column = 0;
  while (column < row.ids.size() && row.mask[column] == 0 && row.ids[column] == pad_) ++column;
  row.padding = static_cast<int64_t>(column);
  return row;
}

void PaddedRows::put(const Row& row, int64_t input, Batch& batch, size_t cell) {
  const auto at = static_cast<size_t>(input);
  batch.tokens[cell] = row.ids[at];
  batch.labels[cell] = row.mask[at + 1] == 0 ? -1 : row.ids[at + 1];
}

}  // namespace twofold
