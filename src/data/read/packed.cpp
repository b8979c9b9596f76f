#include "data/read/packed.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "data/read/best_fit.h"
#include "data/read/exact_fit.h"
#include "data/read/padded_rows.h"

namespace twofold {
namespace {

/// Columns of a row on disk: `begin` … `end` − 1 are inputs, each predicts the column behind it.
struct Document {
  int64_t begin = 0, end = 0;
};

Bins fewest_bins(const std::vector<int32_t>& lengths, int64_t width) {
  Bins exact = exact_fit(lengths, width), best = best_fit(lengths, width);
  return exact.count() <= best.count() ? exact : best;
}

class PackedDataset : public Dataset {
 public:
  PackedDataset(PaddedRows files, int64_t width) : files_(std::move(files)), width_(width) {
    std::vector<int32_t> lengths;
    lengths.reserve(static_cast<size_t>(files_.rows()));
    for (int64_t row = 0; row < files_.rows(); ++row) {
      const Document document = document_of(files_.row(row));
      lengths.push_back(static_cast<int32_t>(document.end - document.begin));
      positions_ += document.end - document.begin;
    }
    bins_ = fewest_bins(lengths, width_);
    if (bins_.count() > 0) return;
    fail({.what = "nothing is to be learned in any document of the dataset",
          .where = files_.path().string() + ".mask",
          .expected = "a token with mask 1 that follows another",
          .found = fmt::format("none in {} rows", files_.rows()),
          .hint = "tokenize again: the documents are empty, or cut off before what is trained on"});
  }

  int64_t rows() const override { return bins_.count(); }
  double filled() const override {
    return static_cast<double>(positions_) / static_cast<double>(rows() * width_);
  }

  void read(int64_t index, Batch& batch, int64_t slot) const override {
    TWOFOLD_EXPECT(0 <= index && index < rows() && batch.width == width_,
                   "the row exists and fits");
    const auto at = static_cast<size_t>(slot * width_);
    int64_t t = 0;
    for (const int64_t item : bins_.bin(index)) {
      const PaddedRows::Row row = files_.row(item);
      const Document document = document_of(row);
      const int64_t first = t + std::max<int64_t>(0, row.padding - document.begin);
      for (int64_t column = document.begin; column < document.end; ++column, ++t) {
        const auto cell = at + static_cast<size_t>(t);
        PaddedRows::put(row, column, batch, cell);
        batch.positions[cell] = static_cast<int32_t>(std::max<int64_t>(0, t - first));
        batch.first_key[cell] = static_cast<int32_t>(std::min(t, first));
      }
    }
    for (; t < width_; ++t) {
      const auto cell = at + static_cast<size_t>(t);
      batch.tokens[cell] = files_.pad();
      batch.labels[cell] = -1;
      batch.positions[cell] = 0;
      batch.first_key[cell] = static_cast<int32_t>(t);
    }
  }

 private:
  Document document_of(const PaddedRows::Row& row) const {
    const int64_t read = std::max<int64_t>(0, files_.width() - width_ - 1);  // by PADDED, from here
    int64_t begin = std::max(row.padding, read);
    // The last column of padding predicts the first token where that is to be learned.
    if (row.padding > read && row.padding < files_.width() &&
        row.mask[static_cast<size_t>(row.padding)] != 0) {
      --begin;
    }
    int64_t last = files_.width() - 1;  // the last column that is to be learned
    while (last > begin && row.mask[static_cast<size_t>(last)] == 0) --last;
    return {.begin = begin, .end = std::max(begin, last)};
  }

  PaddedRows files_;
  int64_t width_;
  Bins bins_;
  int64_t positions_ = 0;  ///< of all documents
};

}  // namespace

std::unique_ptr<Dataset> open_packed(const Path& folder, Split split, int64_t width,
                                     int64_t vocab_size) {
  return std::make_unique<PackedDataset>(PaddedRows(folder, split, width, vocab_size), width);
}

}  // namespace twofold
