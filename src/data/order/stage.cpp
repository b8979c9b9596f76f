#include "data/order/stage.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "data/order/permutation.h"

namespace twofold {
namespace {

std::vector<double> rates_of(const Mixture& mixture) {
  std::vector<double> rates;
  for (const Sampling& sampling : mixture) rates.push_back(sampling.rate);
  return rates;
}

}  // namespace

Stage::Stage(const Mixture& mixture, const Options& options)
    : mixture_(mixture), options_(options), order_(rates_of(mixture)) {
  check_mixture(mixture, "mixture");
  for (const Sampling& sampling : mixture)
    datasets_.push_back(open_dataset(options.data_root, sampling, Split::kTrain, options.width,
                                     options.vocab_size));
}

Batch Stage::rows(int64_t first, int64_t count) const {
  Batch batch(count, options_.width);
  read(first, count, batch, 0);
  return batch;
}

void Stage::read(int64_t first, int64_t count, Batch& batch, int64_t slot) const {
  for (const int64_t end = first + count; first < end; ++first, ++slot) {
    const MixtureOrder::Draw draw = order_(first);
    const Dataset& dataset = *datasets_[static_cast<size_t>(draw.dataset)];
    const std::string label = mixture_[static_cast<size_t>(draw.dataset)].label();
    const int64_t epoch = draw.index / dataset.rows();
    const uint64_t key = hash64(fmt::format("stage {} {}", options_.stage, label));
    const Permutation order(dataset.rows(), options_.seed, key, static_cast<uint64_t>(epoch));
    const int64_t row = order(draw.index % dataset.rows());
    dataset.read(row, batch, slot);
    batch.sources[static_cast<size_t>(slot)] = {.dataset = label, .row = row, .epoch = epoch};
  }
}

Batch validation_rows(const Sampling& sampling, const Stage::Options& options, int64_t count) {
  const auto dataset =
      open_dataset(options.data_root, sampling, Split::kVal, options.width, options.vocab_size);
  const int64_t rows = std::min(count, dataset->rows());
  const Permutation order(dataset->rows(), options.seed, hash64("validation " + sampling.label()),
                          0);
  Batch batch(rows, options.width);
  for (int64_t slot = 0; slot < rows; ++slot) {
    const int64_t row = order(slot);
    dataset->read(row, batch, slot);
    batch.sources[static_cast<size_t>(slot)] = {
        .dataset = sampling.label(), .row = row, .epoch = 0};
  }
  return batch;
}

}  // namespace twofold
