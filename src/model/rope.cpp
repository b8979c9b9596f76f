#include "model/rope.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "twofold/tensor/host.h"

namespace twofold {
namespace {

// Each std::fma below is part of a frequency's last bit, and so of every run's result.

double llama3_frequency(double frequency, const RopeConfig& rope) {
  const double original = static_cast<double>(rope.original_max_position_embeddings);
  const double wavelength = 2 * M_PI / frequency;
  if (wavelength < original / rope.high_freq_factor) return frequency;
  if (wavelength > original / rope.low_freq_factor) return frequency / rope.factor;
  const double smooth = (original / wavelength - rope.low_freq_factor) /
                        (rope.high_freq_factor - rope.low_freq_factor);
  return std::fma(smooth, frequency, (1 - smooth) * frequency / rope.factor);
}

double yarn_frequency(double frequency, int64_t index, const RopeConfig& rope) {
  const double dim = static_cast<double>(rope.rotary_dim);
  const double original = static_cast<double>(rope.original_max_position_embeddings);
  const auto dimension_of = [&](double rotations) {
    return dim * std::log(original / (rotations * 2 * M_PI)) / (2 * std::log(rope.theta));
  };
  double low = dimension_of(rope.beta_fast), high = dimension_of(rope.beta_slow);
  if (rope.truncate) low = std::floor(low), high = std::ceil(high);
  low = std::max(low, 0.0), high = std::min(high, dim - 1);
  if (low == high) high += 0.001;  // as the original does, against a division by zero
  const double ramp = std::clamp((static_cast<double>(index) - low) / (high - low), 0.0, 1.0);
  return std::fma(frequency / rope.factor, ramp, frequency * (1 - ramp));
}

}  // namespace

RopeConfig RopeConfig::of_heads(int64_t head_dim) const {
  RopeConfig rope = *this;
  rope.rotary_dim = rotated(head_dim);
  return rope;
}

at::Tensor RopeConfig::inv_freq(int64_t length) const {
  std::vector<double> values(static_cast<size_t>(rotary_dim / 2));
  const auto dim = static_cast<double>(rotary_dim);
  const auto original = static_cast<double>(original_max_position_embeddings);
  double base = theta;
  if (rope_type == "dynamic") {
    const double stretch = std::max(static_cast<double>(length), original) / original;
    base *= std::pow(std::fma(factor, stretch, 1 - factor), dim / (dim - 2));
  }
  const auto turning = static_cast<int64_t>(partial_rotary_factor * dim / 2);
  const auto& divisors = length > original_max_position_embeddings ? long_factor : short_factor;
  for (int64_t i = 0; i < rotary_dim / 2; ++i) {
    const double frequency = std::pow(base, -2.0 * static_cast<double>(i) / dim);
    values[static_cast<size_t>(i)] =
        rope_type == "linear"         ? frequency / factor
        : rope_type == "llama3"       ? llama3_frequency(frequency, *this)
        : rope_type == "yarn"         ? yarn_frequency(frequency, i, *this)
        : rope_type == "longrope"     ? frequency / divisors[static_cast<size_t>(i)]
        : rope_type == "proportional" ? (i < turning ? frequency / factor : 0.0)
                                      : frequency;
  }
  return tensor_of(values, host_device());
}

double RopeConfig::attention_scale() const {
  if (rope_type != "yarn" && rope_type != "longrope") return 1.0;
  if (attention_factor > 0) return attention_factor;
  if (factor <= 1) return 1.0;
  if (rope_type == "yarn") return std::fma(0.1, std::log(factor), 1.0);
  return std::sqrt(1 + std::log(factor) /
                           std::log(static_cast<double>(original_max_position_embeddings)));
}

int64_t RopeConfig::regime(int64_t length) const {
  if (rope_type == "dynamic") return std::max(length, original_max_position_embeddings);
  return rope_type == "longrope" && length > original_max_position_embeddings;
}

at::Tensor Rotary::operator()(const at::Tensor& x, const at::Tensor& positions,
                              int64_t length) const {
  const bool precise = x.scalar_type() == at::kDouble;
  const auto options = x.options().dtype(precise ? at::kDouble : at::kFloat);
  return ops::rotary(x, table(options, length), positions);
}

const ops::RotaryTable& Rotary::table(const at::TensorOptions& options, int64_t length) const {
  const int64_t regime = config_.regime(length);
  const bool usable = table_.cos.defined() && table_.cos.dtype() == options.dtype() &&
                      table_.cos.device() == options.device() && table_.cos.size(0) >= length &&
                      regime_ == regime;
  if (!usable) {
    regime_ = regime;
    const auto rows = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(length)));
    // By the host, which has the same bits on every device.
    const at::Tensor frequencies =
        config_.inv_freq(length).to(c10::typeMetaToScalarType(options.dtype()));
    table_ = ops::make_rotary_table(frequencies, rows, config_.attention_scale());
    table_ = {.cos = on_device(table_.cos, options.device()),
              .sin = on_device(table_.sin, options.device())};
  }
  return table_;
}

}  // namespace twofold
