#include "data/read/padded.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "data/read/dataset_folder.h"
#include "data/read/token_file.h"

namespace twofold {
namespace {

class PaddedDataset : public Dataset {
 public:
  PaddedDataset(TokenFile tokens, MaskFile mask, Shape shape, int64_t width, int32_t pad)
      : tokens_(std::move(tokens)),
        mask_(std::move(mask)),
        shape_(shape),
        width_(width),
        pad_(pad) {}

  int64_t rows() const override { return shape_.rows; }

  void read(int64_t row, Batch& batch, int64_t slot) const override {
    TWOFOLD_EXPECT(0 <= row && row < shape_.rows && batch.width == width_, "the row exists");
    const auto ids = tokens_.tokens(row * shape_.width, shape_.width);
    const auto mask = mask_.bytes(row * shape_.width, shape_.width);
    // Column c of the disk is token c − skipped of the row: W > T drops the first columns, W = T
    // starts one before them.
    const int64_t skipped = shape_.width - width_ - 1;
    const int64_t first = std::clamp<int64_t>(padding(ids, mask) - skipped, 0, width_);
    const auto at = static_cast<size_t>(slot * width_);
    for (int64_t t = 0; t < width_; ++t) {
      const int64_t input = t + skipped;  // −1: the column put before a row of W = T
      const auto target = static_cast<size_t>(input + 1);
      const size_t cell = at + static_cast<size_t>(t);
      batch.tokens[cell] = input < 0 ? pad_ : ids[static_cast<size_t>(input)];
      batch.labels[cell] = input < 0 || mask[target] == 0 ? -1 : ids[target];
      batch.positions[cell] = static_cast<int32_t>(t < first ? 0 : t - first);
      batch.first_key[cell] = static_cast<int32_t>(std::min(t, first));
    }
  }

 private:
  /// Columns of padding that a row starts with.
  int64_t padding(std::span<const int32_t> ids, std::span<const uint8_t> mask) const {
    size_t column = 0;
    while (column < ids.size() && mask[column] == 0 && ids[column] == pad_) ++column;
    return static_cast<int64_t>(column);
  }

  TokenFile tokens_;
  MaskFile mask_;
  Shape shape_;
  int64_t width_;
  int32_t pad_;
};

}  // namespace

std::unique_ptr<Dataset> open_padded(const Path& folder, Split split, int64_t width,
                                     int64_t vocab_size) {
  require_split(folder, split);
  const Shape shape = read_shape(folder, split);
  const Path path = folder / fmt::format("{}.bin", split_name(split));
  if (shape.width < width)
    fail({.what = "the rows of the dataset are shorter than one block",
          .where = path.string(),
          .expected = fmt::format("rows of at least architecture/block_size = {} tokens", width),
          .found = fmt::format("rows of {} tokens", shape.width),
          .hint = "use a smaller block_size, or tokenize again with a larger one"});
  const int32_t pad = read_pad_token(folder);
  if (pad >= vocab_size)
    fail({.what = "the dataset's pad token is outside the vocabulary",
          .where = (folder / "config.json").string() + ", pad_token",
          .expected = fmt::format("an id below vocab_size = {}", vocab_size),
          .found = fmt::format("{}", pad),
          .hint = "raise architecture/vocab_size, or tokenize again with data/pad_token 0"});
  TokenFile tokens(path, vocab_size);
  require_shape(path, tokens.size(), shape);
  MaskFile mask(path.string() + ".mask", tokens);
  return std::make_unique<PaddedDataset>(std::move(tokens), std::move(mask), shape, width, pad);
}

}  // namespace twofold
