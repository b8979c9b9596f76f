#include "data/read/padded.h"

#include <algorithm>

#include "base/error.h"
#include "data/read/padded_rows.h"

namespace twofold {
namespace {

class PaddedDataset : public Dataset {
 public:
  PaddedDataset(PaddedRows files, int64_t width) : files_(std::move(files)), width_(width) {}

  int64_t rows() const override { return files_.rows(); }

  double filled() const override {
    int64_t tokens = 0;
    for (int64_t row = 0; row < rows(); ++row) tokens += width_ - leading(files_.row(row));
    return static_cast<double>(tokens) / static_cast<double>(rows() * width_);
  }

  void read(int64_t index, Batch& batch, int64_t slot) const override {
    TWOFOLD_EXPECT(batch.width == width_, "the row fits");
    const PaddedRows::Row row = files_.row(index);
    const int64_t first = leading(row);
    const auto at = static_cast<size_t>(slot * width_);
    for (int64_t t = 0; t < width_; ++t) {
      const int64_t input = t + skipped();  // −1: the column put before a row of W = T
      const size_t cell = at + static_cast<size_t>(t);
      if (input < 0) {
        batch.tokens[cell] = files_.pad();
        batch.labels[cell] = -1;
      } else {
        PaddedRows::put(row, input, batch, cell);
      }
      batch.positions[cell] = static_cast<int32_t>(t < first ? 0 : t - first);
      batch.first_key[cell] = static_cast<int32_t>(std::min(t, first));
    }
  }

 private:
  /// Column c of the disk is token c − skipped() of the row: W > T drops the first columns, W = T
  /// starts one before them.
  int64_t skipped() const { return files_.width() - width_ - 1; }
  /// Positions of padding that a row begins with.
  int64_t leading(const PaddedRows::Row& row) const {
    return std::clamp<int64_t>(row.padding - skipped(), 0, width_);
  }

  PaddedRows files_;
  int64_t width_;
};

}  // namespace

std::unique_ptr<Dataset> open_padded(const Path& folder, Split split, int64_t width,
                                     int64_t vocab_size) {
  return std::make_unique<PaddedDataset>(PaddedRows(folder, split, width, vocab_size), width);
}

}  // namespace twofold
