#include "export/numbers.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>

#include "tensor/finite.h"
#include "twofold/lora/lora.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

/// How far a number may be from what it was rounded from: a share of itself, of the largest of its
/// tensor, and a distance.
struct Rounding {
  double own = 0, largest = 0, distance = 0;
};

Rounding rounding_of(const std::string& dtype, const Parameter& parameter) {
  static const std::map<std::string, Rounding> kRoundings = {
      {"float32", {}},
      {"f32", {}},
      {"float16", {.own = 0x1p-11, .distance = 0x1p-24}},
      {"f16", {.own = 0x1p-11, .distance = 0x1p-24}},
      {"bfloat16", {.own = 0x1p-8}},
      {"bf16", {.own = 0x1p-8}},
      // Blocks of 32 in steps of their largest / 127; where rows are no whole blocks, float16.
      {"q8_0", {.own = 0x1p-11, .largest = 1.0 / 250, .distance = 0x1p-17}}};
  Rounding allowed = kRoundings.at(dtype);
  allowed.own += 0x1p-20;  // of what is put in and taken out again in float32, as a factor
  if (!parameter.is_matrix()) allowed.distance += 0x1p-20;  // as 1 is, of some norms
  return allowed;
}

/// Rows at a time, so that what is computed beside them stays small.
constexpr int64_t kElements = 1 << 22;

at::Tensor piece(const at::Tensor& tensor, int64_t first, int64_t count) {
  return tensor.narrow(0, first, count).to(at::kDouble);
}

double largest_of(const at::Tensor& tensor) {
  return tensor.numel() == 0 ? 0 : number_of(tensor.abs().max().to(at::kDouble));
}

/// Whether each is the live number rounded. What is not finite in the live model may be so.
at::Tensor are_rounded(const at::Tensor& live, const at::Tensor& exported, double own,
                       double slack) {
  return exported.sub(live)
      .abs()
      .le(live.abs().mul(own).add(slack))
      .logical_or(live.isfinite().logical_not());
}

std::string place_of(const Parameter& parameter, int64_t index) {
  std::vector<int64_t> place(parameter.shape.size());
  for (size_t i = parameter.shape.size(); i-- > 0; index /= parameter.shape[i]) {
    place[i] = index % parameter.shape[i];
  }
  return fmt::format("{}[{}]", parameter.path, fmt::join(place, ", "));
}

WrongNumber compare(const Parameter& parameter, const at::Tensor& live, const at::Tensor& exported,
                    const std::string& dtype) {
  const Rounding allowed = rounding_of(dtype, parameter);
  const double slack =
      allowed.distance + (allowed.largest > 0 ? allowed.largest * largest_of(live) : 0);
  const int64_t width = std::max<int64_t>(1, live.numel() / std::max<int64_t>(1, live.size(0)));
  const int64_t rows = std::max<int64_t>(1, kElements / width);
  for (int64_t first = 0; first < live.size(0); first += rows) {
    const int64_t count = std::min(rows, live.size(0) - first);
    const at::Tensor mine = piece(live, first, count), theirs = piece(exported, first, count);
    const at::Tensor wrong = are_rounded(mine, theirs, allowed.own, slack).logical_not().flatten();
    const auto place = static_cast<int64_t>(number_of(wrong.to(at::kInt).argmax().to(at::kDouble)));
    if (number_of(wrong[place].to(at::kDouble)) == 0) continue;
    return {.place = place_of(parameter, first * width + place),
            .live = number_of(mine.flatten()[place]),
            .exported = number_of(theirs.flatten()[place])};
  }
  return {};
}

at::Tensor wide_merged(const Weight& weight) {
  Weight wide = weight;
  if (!wide.attachments.empty()) wide.value = wide.value.to(at::kFloat);
  return merged_weight(wide);
}

}  // namespace

WrongNumber find_overflow_number(const Model& live, const std::string& dtype) {
  const at::NoGradGuard no_grad;
  if (dtype != "float16" && dtype != "bfloat16") return {};
  for (const Parameter& parameter : live.parameters().all()) {
    const at::Tensor own = wide_merged(parameter.weight);
    const at::Tensor written = own.to(dtype == "float16" ? at::kHalf : at::kBFloat16);
    if (is_finite(written)) continue;
    const WrongNumber wrong = compare(parameter, own, written, dtype);
    if (!wrong.place.empty()) return wrong;
  }
  return {};
}

WrongNumber find_wrong_number(Model& live, const Model& exported, const std::string& dtype,
                              bool alone) {
  const at::NoGradGuard no_grad;
  for (const Parameter& parameter : exported.parameters().all()) {
    const at::Tensor theirs = wide_merged(parameter.weight);
    WrongNumber wrong;
    if (!alone) {
      const Weight& own = live.parameters().at(parameter.path).weight;
      wrong = compare(parameter, wide_merged(own), theirs, dtype);
    } else if (!parameter.weight.attachments.empty() && !is_finite(theirs)) {
      const at::Tensor zeros = at::zeros_like(theirs);
      wrong = compare(parameter, at::where(theirs.isfinite(), theirs, zeros), theirs, dtype);
    }
    if (!wrong.place.empty()) return wrong;
  }
  return {};
}

}  // namespace twofold
