#include "lora/update_measures.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tensor/packed.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

at::Tensor wide(const at::Tensor& tensor) { return on_host(tensor).to(at::kDouble); }

/// Those of A·B are those of the product of the factors' triangles.
at::Tensor singular_values(const LowRank& term) {
  const at::Tensor left = std::get<1>(at::linalg_qr(wide(term.A), "r"));
  const at::Tensor right = std::get<1>(at::linalg_qr(wide(term.B).t(), "r"));
  return at::linalg_svdvals(at::matmul(left, right.t()).mul(term.scale));
}

UpdateMeasures measures_of(const at::Tensor& values, double base_norm) {
  const auto singular = values_of<double>(values);
  double all = 0, held = 0;
  for (const double value : singular) all += value * value;
  UpdateMeasures measures;
  if (all == 0) return measures;
  measures.relative_norm = std::sqrt(all) / base_norm;
  while (held < 0.9 * all) {
    const double value = singular[static_cast<size_t>(measures.rank90++)];
    held += value * value;
  }
  return measures;
}

double frobenius(const at::Tensor& matrix) { return number_of(at::linalg_vector_norm(matrix)); }

int64_t count_intruders(const at::Tensor& outputs_before, const at::Tensor& after) {
  const at::Tensor now = std::get<2>(at::linalg_svd(after, /*full_matrices=*/false));
  const int64_t most = std::min(kIntruderDirections, now.size(0));
  const at::Tensor cosines = at::matmul(now.narrow(0, 0, most), outputs_before.t()).abs();
  const at::Tensor nearest = std::get<0>(cosines.max(1));
  return static_cast<int64_t>(number_of(nearest.lt(kIntruderCosine).sum().to(at::kDouble)));
}

}  // namespace

UpdateMeasures measure_update(const WeightUpdate& update) {
  const at::Tensor before = wide(update.before);
  return measures_of(at::linalg_svdvals(wide(update.after) - before), frobenius(before));
}

UpdateMeasures measure_update(const LowRank& term, const Weight& weight) {
  return measures_of(singular_values(term), frobenius(wide(unpacked(weight, at::kFloat))));
}

double relative_norm(const WeightUpdate& update) {
  const at::Tensor before = wide(update.before);
  const double change = frobenius(wide(update.after) - before);
  return change == 0 ? 0 : change / frobenius(before);
}

DirectionMeasures measure_directions(const WeightUpdate& update, int64_t rank) {
  const at::Tensor before = wide(update.before), after = wide(update.after);
  const at::Tensor change = after - before;
  const double all = number_of(change.square().sum());
  if (all == 0) return {};
  const auto [U, S, Vh] = at::linalg_svd(before, /*full_matrices=*/false);
  const int64_t r = std::min(rank, S.size(0));
  const at::Tensor inside =
      at::matmul(at::matmul(U.narrow(1, 0, r).t(), change), Vh.narrow(0, 0, r).t());
  return {.top_share = number_of(inside.square().sum()) / all,
          .intruders = count_intruders(Vh, after)};
}

double directions_cost(int64_t rows, int64_t columns) {
  const auto small = static_cast<double>(std::min(rows, columns));
  return 500 * small * small * static_cast<double>(std::max(rows, columns));
}

}  // namespace twofold
