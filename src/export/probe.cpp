#include "export/probe.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "data/order/stage.h"
#include "twofold/model/loss.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

constexpr int64_t kRandomRows = 2, kDataRows = 2;
constexpr int64_t kWidth = 128;
constexpr size_t kMostDatasets = 4;

Batch random_batch(int64_t width, int64_t vocab_size) {
  const RandomStream stream(0, Purpose::kTest);
  Batch batch(kRandomRows, width);
  const auto token = [&](size_t index) {
    const double place = stream.uniform(index) * static_cast<double>(vocab_size);
    return static_cast<int32_t>(std::min(static_cast<int64_t>(place), vocab_size - 1));
  };
  for (size_t i = 0; i < batch.tokens.size(); ++i) {
    const auto column = static_cast<int64_t>(i) % width;
    batch.tokens[i] = token(i);
    batch.labels[i] = column + 1 < width ? token(i + 1) : -1;
    batch.positions[i] = static_cast<int32_t>(column);
  }
  return batch;
}

/// Rows of a dataset, or none if it is no longer there.
std::optional<Batch> data_rows(const Sampling& sampling, const Stage::Options& options) {
  try {
    Batch batch = validation_rows(sampling, options, kDataRows);
    if (batch.supervised() > 0) return batch;
  } catch (const Error&) {  // a run may be exported without its data
  }
  return std::nullopt;
}

}  // namespace

Probe make_probe(const LoadedRun& run, const ExecutionSpec& spec) {
  const ModelConfig& model = run.model_config();
  const int64_t width = std::min(model.block_size, kWidth);
  Probe probe;
  if (width > 1) {
    probe.batches.push_back(random_batch(width, model.vocab_size));
    probe.contents = fmt::format("{} random tokens", kRandomRows * width);
  }
  const Stage::Options options{
      .data_root = spec.data(), .width = width, .vocab_size = model.vocab_size};
  std::vector<std::string> used;
  for (const Sampling& sampling : run.config.datasets()) {
    if (used.size() == kMostDatasets) break;
    if (std::find(used.begin(), used.end(), sampling.label()) != used.end()) continue;
    if (auto batch = data_rows(sampling, options)) {
      probe.batches.push_back(std::move(*batch));
      used.push_back(sampling.label());
    }
  }
  if (!used.empty()) {
    probe.contents +=
        fmt::format("{}rows of {}", probe.contents.empty() ? "" : " and ", join(used, ", "));
  }
  TWOFOLD_EXPECT(!probe.batches.empty(), "nothing to probe an export with");
  return probe;
}

at::Tensor probe_losses(Model& model, const Probe& probe) {
  const at::NoGradGuard no_grad;
  const at::ScalarType activation = model.activation();
  model.set_activation(at::kFloat);
  std::vector<at::Tensor> losses;
  const at::Device device = model.parameters().device();
  for (const Batch& batch : probe.batches) {
    const at::Tensor hidden = model.hidden(to_input(batch, {}, device));
    const at::Tensor labels = tensor_of(batch.labels, device);
    losses.push_back(model.token_losses(hidden.flatten(0, 1), labels)
                         .masked_select(labels.ge(0))
                         .to(at::kDouble));
  }
  model.set_activation(activation);
  return at::cat(losses);
}

ProbeDifference compare_losses(const at::Tensor& live, const at::Tensor& exported) {
  const at::Tensor apart = exported.sub(live).abs();
  const std::vector<double> numbers =
      numbers_of({live.mean(), exported.mean(), apart.mean(), apart.max()});
  return {.live = numbers[0], .exported = numbers[1], .mean = numbers[2], .largest = numbers[3]};
}

}  // namespace twofold
