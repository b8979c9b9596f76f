#include "model/rope.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "model/hf_reader.h"

namespace twofold {

void RopeConfig::declare_theta(config::Fields& fields) {
  fields.add("architecture/rope_theta", theta, "Base of the rotary frequencies.",
             {.min = 0, .exclusive_min = true});
}

void RopeConfig::declare_scaling(config::Fields& fields) {
  const std::string key = "architecture/rope_scaling/";
  fields.add(key + "rope_type", rope_type, "How rotary frequencies are scaled.",
             {.choices = {"default", "linear", "llama3", "yarn"}});
  fields.add(key + "factor", factor, "How many times longer the context becomes.", {.min = 1});
  fields.add(key + "low_freq_factor", low_freq_factor,
             "llama3: wavelengths above original/this "
             "are stretched fully.",
             {.min = 0, .exclusive_min = true});
  fields.add(key + "high_freq_factor", high_freq_factor,
             "llama3: wavelengths below original/this are kept.",
             {.min = 0, .exclusive_min = true});
  fields.add(key + "beta_fast", beta_fast, "yarn: rotations above which a frequency is kept.",
             {.min = 0, .exclusive_min = true});
  fields.add(key + "beta_slow", beta_slow, "yarn: rotations below which it is stretched fully.",
             {.min = 0, .exclusive_min = true});
  fields.add(key + "attention_factor", attention_factor,
             "yarn: factor on cos and sin; 0: 0.1 ln(factor) + 1.", {.min = 0});
  fields.add(key + "original_max_position_embeddings", original_max_position_embeddings,
             "llama3, yarn: context that the model was first trained for.", {.min = 0});
}

void RopeConfig::check(std::vector<Problem>& problems) const {
  const bool uses_original = rope_type == "llama3" || rope_type == "yarn";
  if (uses_original && original_max_position_embeddings == 0) {
    problems.push_back({.what = rope_type + " needs the original context",
                        .where = "architecture/rope_scaling/original_max_position_embeddings",
                        .expected = "at least 1",
                        .found = "0"});
  }
  if (rope_type == "llama3" && !(low_freq_factor < high_freq_factor)) {
    problems.push_back({.what = "the factors of llama3 are in the wrong order",
                        .where = "architecture/rope_scaling/low_freq_factor",
                        .expected = "below high_freq_factor = " + std::to_string(high_freq_factor),
                        .found = std::to_string(low_freq_factor)});
  }
}

namespace {

double llama3_frequency(double frequency, const RopeConfig& rope) {
  const double original = static_cast<double>(rope.original_max_position_embeddings);
  const double wavelength = 2 * M_PI / frequency;
  if (wavelength < original / rope.high_freq_factor) return frequency;
  if (wavelength > original / rope.low_freq_factor) return frequency / rope.factor;
  const double smooth = (original / wavelength - rope.low_freq_factor) /
                        (rope.high_freq_factor - rope.low_freq_factor);
  return (1 - smooth) * frequency / rope.factor + smooth * frequency;
}

double yarn_frequency(double frequency, int64_t index, const RopeConfig& rope) {
  const double dim = static_cast<double>(rope.rotary_dim);
  const double original = static_cast<double>(rope.original_max_position_embeddings);
  const auto dimension_of = [&](double rotations) {
    return dim * std::log(original / (rotations * 2 * M_PI)) / (2 * std::log(rope.theta));
  };
  const double low = std::max(std::floor(dimension_of(rope.beta_fast)), 0.0);
  double high = std::min(std::ceil(dimension_of(rope.beta_slow)), dim - 1);
  if (low == high) high += 0.001;  // as the original does, against a division by zero
  const double ramp = std::clamp((static_cast<double>(index) - low) / (high - low), 0.0, 1.0);
  return frequency / rope.factor * ramp + frequency * (1 - ramp);
}

}  // namespace

at::Tensor RopeConfig::inv_freq() const {
  at::Tensor out = at::empty({rotary_dim / 2}, at::kDouble);
  double* values = out.data_ptr<double>();
  for (int64_t i = 0; i < rotary_dim / 2; ++i) {
    const double exponent = -2.0 * static_cast<double>(i) / static_cast<double>(rotary_dim);
    const double frequency = std::pow(theta, exponent);
    values[i] = rope_type == "linear"   ? frequency / factor
                : rope_type == "llama3" ? llama3_frequency(frequency, *this)
                : rope_type == "yarn"   ? yarn_frequency(frequency, i, *this)
                                        : frequency;
  }
  return out;
}

double RopeConfig::attention_scale() const {
  if (rope_type != "yarn") return 1.0;
  if (attention_factor > 0) return attention_factor;
  return factor <= 1 ? 1.0 : 0.1 * std::log(factor) + 1.0;
}

void RopeConfig::from_hf(HfReader& reader, double default_theta, int64_t max_positions) {
  HfReader scaling =
      reader.child(reader.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
  theta = scaling.has("rope_theta") ? scaling.number("rope_theta", default_theta)
                                    : reader.number("rope_theta", default_theta);
  rope_type = scaling.text(scaling.has("rope_type") ? "rope_type" : "type", "default");
  if (rope_type == "default") return;
  const bool llama3 = rope_type == "llama3", yarn = rope_type == "yarn";
  if (!llama3 && !yarn && rope_type != "linear") {
    scaling.problem("rope_type", "rotary scaling of this kind is not supported",
                    "default, linear, llama3 or yarn");
    return;
  }
  factor = scaling.number("factor");
  if (llama3) {
    low_freq_factor = scaling.number("low_freq_factor");
    high_freq_factor = scaling.number("high_freq_factor");
  }
  if (yarn) {
    beta_fast = scaling.number("beta_fast", 32.0);
    beta_slow = scaling.number("beta_slow", 1.0);
    attention_factor = scaling.number("attention_factor", 0.0);
    for (const char* name : {"mscale", "mscale_all_dim"}) scaling.absent(name);
    scaling.only("truncate", true);
  }
  if (llama3 || yarn) {
    original_max_position_embeddings =
        scaling.integer("original_max_position_embeddings", max_positions);
  }
}

void RopeConfig::to_hf(nlohmann::json& config) const {
  config["rope_theta"] = theta;
  config["rope_scaling"] = nullptr;
  if (rope_type == "default") return;
  nlohmann::json& scaling = config["rope_scaling"] = {{"rope_type", rope_type}, {"factor", factor}};
  if (rope_type == "llama3") {
    scaling["low_freq_factor"] = low_freq_factor;
    scaling["high_freq_factor"] = high_freq_factor;
  }
  if (rope_type == "yarn") {
    scaling["beta_fast"] = beta_fast;
    scaling["beta_slow"] = beta_slow;
    if (attention_factor > 0) scaling["attention_factor"] = attention_factor;
  }
  if (rope_type != "linear") {
    scaling["original_max_position_embeddings"] = original_max_position_embeddings;
  }
}

int64_t rotary_dimensions(int64_t head_dim, double partial_rotary_factor) {
  return std::max<int64_t>(
      2, static_cast<int64_t>(static_cast<double>(head_dim) * partial_rotary_factor));
}

}  // namespace twofold
