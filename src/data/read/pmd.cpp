#include "data/read/pmd.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>

#include "base/error.h"
#include "data/read/dataset_folder.h"
#include "data/read/token_file.h"

namespace twofold {
namespace {

/// Windows of `tokens`; the last token is a label only.
int64_t rows_in(int64_t tokens, int64_t width) { return (tokens - 1) / width; }

class PmdDataset : public Dataset {
 public:
  PmdDataset(TokenFile file, int64_t width, Split split, std::optional<DocumentEnd> end)
      : file_(std::move(file)), width_(width), rows_(rows_in(file_.size(), width)), end_(end) {
    if (rows_ >= 1) return;
    const char* share = split == Split::kTrain ? "smaller" : "larger";
    fail({.what = "the dataset is shorter than one block",
          .where = file_.path().string(),
          .expected = fmt::format("at least architecture/block_size + 1 = {} tokens", width + 1),
          .found = fmt::format("{} tokens", file_.size()),
          .hint = fmt::format("use a smaller block_size, or tokenize more text or with a {} "
                              "data/val_pct",
                              share)});
  }

  int64_t rows() const override { return rows_; }

  void read(int64_t row, Batch& batch, int64_t slot) const override {
    TWOFOLD_EXPECT(0 <= row && row < rows_ && batch.width == width_, "the row exists and fits");
    const auto window = file_.tokens(row * width_, width_ + 1);
    const int64_t begin = slot * width_;
    std::copy(window.begin(), window.end() - 1, batch.tokens.begin() + begin);
    std::copy(window.begin() + 1, window.end(), batch.labels.begin() + begin);
    const auto positions = batch.positions.begin() + begin;
    std::iota(positions, positions + width_, 0);
    std::fill_n(batch.first_key.begin() + begin, width_, 0);
    if (end_) part_documents(window, batch, begin);
  }

 private:
  void part_documents(std::span<const int32_t> window, Batch& batch, int64_t begin) const {
    int32_t first = 0;
    for (int32_t t = 0; t < width_; ++t) {
      const auto at = static_cast<size_t>(t);
      const auto cell = static_cast<size_t>(begin) + at;
      if (t > 0 && window[at - (end_->begins_next ? 0 : 1)] == end_->id) first = t;
      if (!end_->begins_next && window[at] == end_->id) batch.labels[cell] = -1;
      batch.positions[cell] = t - first;
      batch.first_key[cell] = first;
    }
  }

  TokenFile file_;
  int64_t width_;
  int64_t rows_;
  std::optional<DocumentEnd> end_;  ///< of separate documents
};

}  // namespace

bool has_pmd_row(const Path& folder, Split split, int64_t width) {
  const auto bytes = std::filesystem::file_size(token_path(folder, split));
  return rows_in(static_cast<int64_t>(bytes / sizeof(int32_t)), width) >= 1;
}

std::unique_ptr<Dataset> open_pmd(const Path& folder, Split split, int64_t width,
                                  int64_t vocab_size, DocumentsInRow documents) {
  require_split(folder, split);
  std::optional<DocumentEnd> end;
  if (documents == DocumentsInRow::kSeparate) end = read_document_end(folder);
  return std::make_unique<PmdDataset>(TokenFile(token_path(folder, split), vocab_size), width,
                                      split, end);
}

}  // namespace twofold
