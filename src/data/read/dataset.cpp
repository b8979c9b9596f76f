#include "data/read/dataset.h"

#include "base/error.h"
#include "data/read/contrastive.h"
#include "data/read/dataset_folder.h"
#include "data/read/packed.h"
#include "data/read/padded.h"
#include "data/read/pmd.h"

namespace twofold {

std::unique_ptr<Dataset> open_dataset(const Path& data_root, const Sampling& sampling, Split split,
                                      int64_t width, int64_t vocab_size) {
  TWOFOLD_EXPECT(width >= 1, "a row has at least one token");
  const Path folder = dataset_folder(data_root, sampling.label());
  switch (sampling.style) {
    case DatasetStyle::PMD:
      return open_pmd(folder, split, width, vocab_size, sampling.documents);
    case DatasetStyle::PADDED:
      return open_padded(folder, split, width, vocab_size);
    case DatasetStyle::PACKED:
      return open_packed(folder, split, width, vocab_size);
    case DatasetStyle::CONTRASTIVE:
      validate_contrastive(folder, vocab_size);
      break;
  }
  fail({.what = "CONTRASTIVE data cannot train a language model",
        .where = folder.string(),
        .expected = "a dataset of style PMD, PADDED or PACKED (tokens and labels)",
        .found = "`" + sampling.label() + "` of style CONTRASTIVE (positive and negative rows)",
        .hint = "no trainer for pairs exists yet; choose another dataset"});
}

bool has_validation(const Path& data_root, const Sampling& sampling) {
  return has_split(dataset_folder(data_root, sampling.label()), Split::kVal);
}

bool has_validation_row(const Path& data_root, const Sampling& sampling, int64_t width) {
  if (!has_validation(data_root, sampling)) return false;
  return sampling.style != DatasetStyle::PMD ||
         has_pmd_row(dataset_folder(data_root, sampling.label()), Split::kVal, width);
}

}  // namespace twofold
