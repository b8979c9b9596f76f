#include "data/read/contrastive.h"

#include <fmt/format.h>

#include "base/error.h"
#include "data/read/dataset.h"
#include "data/read/dataset_folder.h"
#include "data/read/token_file.h"

namespace twofold {
namespace {

Shape validate_side(const Path& folder, Split split, const char* side, int64_t vocab_size) {
  const Path path = token_path(folder, split, std::string(".") + side);
  const Shape shape = read_shape(folder, split, side);
  const TokenFile tokens(path, vocab_size);
  require_shape(path, tokens.size(), shape);
  const MaskFile mask(path.string() + ".mask", tokens);
  return shape;
}

Shape validate_split(const Path& folder, Split split, int64_t vocab_size) {
  require_split(folder, split, ".pos");
  require_split(folder, split, ".neg");
  const Shape positive = validate_side(folder, split, "pos", vocab_size);
  const Shape negative = validate_side(folder, split, "neg", vocab_size);
  if (positive.rows == negative.rows && positive.width == negative.width) return positive;
  fail({.what = "positive and negative rows do not pair up",
        .where = fmt::format("{}, {}", (folder / "shape.json").string(), split_name(split)),
        .expected = fmt::format("neg of shape [{}, {}] as pos", positive.rows, positive.width),
        .found = fmt::format("[{}, {}]", negative.rows, negative.width),
        .hint = "make the dataset again, with a negative row for each positive one"});
}

}  // namespace

ContrastiveShape validate_contrastive(const Path& folder, int64_t vocab_size) {
  const Shape train = validate_split(folder, Split::kTrain, vocab_size);
  ContrastiveShape shape{.train_rows = train.rows, .val_rows = 0, .width = train.width};
  if (!has_split(folder, Split::kVal, ".pos") && !has_split(folder, Split::kVal, ".neg"))
    return shape;
  const Shape val = validate_split(folder, Split::kVal, vocab_size);
  if (val.width != train.width)
    fail({.what = "the splits of the dataset have rows of different widths",
          .where = (folder / "shape.json").string(),
          .expected = fmt::format("val rows of {} tokens as in train", train.width),
          .found = fmt::format("{}", val.width),
          .hint = "make both splits with one block size"});
  shape.val_rows = val.rows;
  return shape;
}

}  // namespace twofold
