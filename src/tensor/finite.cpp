#include "tensor/finite.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

#include "tensor/dtype.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

constexpr int64_t kGrain = 1 << 16;  // elements between two looks at what others have found

/// Infinities and NaNs are what has every bit of the exponent set: no arithmetic, so that this goes
/// as fast as memory.
template <class Bits>
bool has_full_exponent(const Bits* data, int64_t count, Bits exponent) {
  Bits found = 0;
#pragma omp simd reduction(| : found)
  for (int64_t i = 0; i < count; ++i) {
    found |= static_cast<Bits>((data[i] & exponent) == exponent);
  }
  return found != 0;
}

template <class Bits>
bool all_finite(const at::Tensor& dense, Bits exponent) {
  const auto* data = static_cast<const Bits*>(dense.const_data_ptr());
  const int64_t pieces = (dense.numel() + kGrain - 1) / kGrain;
  std::atomic<bool> finite = true;
  at::parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t piece = begin; piece < end && finite; ++piece) {
      const int64_t first = piece * kGrain, count = std::min(kGrain, dense.numel() - first);
      if (has_full_exponent(data + first, count, exponent)) finite = false;
    }
  });
  return finite;
}

/// "[3, 17]" of the row-major element `index`; nothing of a tensor without dimensions.
std::string place_of(int64_t index, at::IntArrayRef sizes) {
  std::vector<int64_t> place(sizes.size());
  for (size_t i = sizes.size(); i-- > 0; index /= sizes[i]) place[i] = index % sizes[i];
  return place.empty() ? "" : fmt::format("[{}]", fmt::join(place, ", "));
}

std::string found_text(double first, int64_t count) {
  const std::string text = std::isnan(first) ? "NaN" : fmt::format("{}", first);
  return count == 1 ? text : fmt::format("{}, and {} more that are not finite", text, count - 1);
}

/// Where the first number is that is not finite, and what there is.
Problem first_of(const at::Tensor& weights, const std::string& where) {
  const at::Tensor flat = weights.detach().reshape({-1});
  const at::Tensor ruined = at::isfinite(flat).logical_not();
  const auto index = static_cast<int64_t>(number_of(ruined.to(at::kByte).argmax()));
  const double first = number_of(flat[index]);
  const auto count = static_cast<int64_t>(number_of(ruined.sum()));
  return {.what = {},
          .where = where + place_of(index, weights.sizes()),
          .expected = {},
          .found = found_text(first, count),
          .hint = {}};
}

}  // namespace

bool is_finite(const at::Tensor& tensor) {
  if (!tensor.is_cpu()) {
    return !tensor.is_floating_point() || number_of(at::isfinite(tensor.detach()).all()) != 0;
  }
  const at::Tensor plain = tensor.detach();
  const at::Tensor dense = plain.is_non_overlapping_and_dense() ? plain : plain.contiguous();
  switch (dense.scalar_type()) {
    case at::kFloat:
      return all_finite<uint32_t>(dense, 0x7f800000);
    case at::kDouble:
      return all_finite<uint64_t>(dense, 0x7ff0000000000000);
    case at::kBFloat16:
      return all_finite<uint16_t>(dense, 0x7f80);
    case at::kHalf:
      return all_finite<uint16_t>(dense, 0x7c00);
    default:
      return true;
  }
}

std::optional<Problem> find_not_finite(const at::Tensor& weights, const std::string& where) {
  if (is_finite(weights)) return std::nullopt;
  Problem problem = first_of(weights, where);
  problem.what = "weights that are not finite";
  problem.expected = "finite numbers";
  problem.hint =
      "copy or download the file again; if it is the same there, what wrote it had diverged: take "
      "an earlier state of it";
  return problem;
}

std::optional<Problem> find_overflow(const at::Tensor& narrowed, const std::string& where) {
  if (is_finite(narrowed)) return std::nullopt;
  const std::string dtype = dtype_name(narrowed.scalar_type());
  Problem problem = first_of(narrowed, where);
  problem.what = "weights that are beyond the range of " + dtype;
  problem.expected = "numbers that " + dtype + " holds";
  problem.found += ", in " + dtype;
  problem.hint = "weights are never that large: see whether the file is what it should be";
  return problem;
}

}  // namespace twofold
