#include "model/rope.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "model/hf_reader.h"

namespace twofold {
namespace {

const std::vector<std::string>& kinds() {
  static const std::vector<std::string> kKinds = {"default", "linear",   "dynamic",     "llama3",
                                                  "yarn",    "longrope", "proportional"};
  return kKinds;
}

bool uses_original_context(const std::string& rope_type) {
  return rope_type == "dynamic" || rope_type == "llama3" || rope_type == "yarn" ||
         rope_type == "longrope";
}

}  // namespace

void RopeConfig::declare_theta(config::Fields& fields) {
  fields.add("architecture/rope_theta", theta, "Base of the rotary frequencies.",
             {.min = 0, .exclusive_min = true});
}

void RopeConfig::declare_scaling(config::Fields& fields) {
  const std::string key = "architecture/rope_scaling/";
  fields.add(key + "rope_type", rope_type, "How rotary frequencies are scaled.",
             {.choices = kinds()});
  fields.add(key + "factor", factor, "How many times longer the context becomes.",
             {.min = 0, .exclusive_min = true});
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
  fields.add(key + "truncate", truncate, "yarn: round the bounds of the ramp to whole dimensions.");
  fields.add(key + "attention_factor", attention_factor,
             "yarn, longrope: factor on cos and sin; 0: 0.1 ln(factor) + 1, "
             "sqrt(1 + ln(factor) / ln(original)).",
             {.min = 0});
  fields.add(key + "short_factor", short_factor,
             "longrope: divisor of each frequency for inputs within the original context.",
             {.min = 0, .exclusive_min = true});
  fields.add(key + "long_factor", long_factor, "longrope: the same for longer inputs.",
             {.min = 0, .exclusive_min = true});
  fields.add(key + "original_max_position_embeddings", original_max_position_embeddings,
             "dynamic, llama3, yarn, longrope: context that the model was first trained for.",
             {.min = 0});
}

void RopeConfig::check(std::vector<Problem>& problems, int64_t rotary_dimensions) const {
  const std::string section = "architecture/rope_scaling/";
  if (uses_original_context(rope_type) && original_max_position_embeddings == 0) {
    problems.push_back({.what = rope_type + " needs the original context",
                        .where = section + "original_max_position_embeddings",
                        .expected = "at least 1",
                        .found = "0"});
  }
  for (const auto& [name, factors] :
       {std::pair{"short_factor", &short_factor}, std::pair{"long_factor", &long_factor}}) {
    if (rope_type != "longrope" || std::ssize(*factors) == rotary_dimensions / 2) continue;
    problems.push_back({.what = "longrope needs a factor for each frequency",
                        .where = section + name,
                        .expected = fmt::format("{} numbers", rotary_dimensions / 2),
                        .found = std::to_string(factors->size())});
  }
  if (rope_type == "llama3" && !(low_freq_factor < high_freq_factor)) {
    problems.push_back({.what = "the factors of llama3 are in the wrong order",
                        .where = section + "low_freq_factor",
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
  double low = dimension_of(rope.beta_fast), high = dimension_of(rope.beta_slow);
  if (rope.truncate) low = std::floor(low), high = std::ceil(high);
  low = std::max(low, 0.0), high = std::min(high, dim - 1);
  if (low == high) high += 0.001;  // as the original does, against a division by zero
  const double ramp = std::clamp((static_cast<double>(index) - low) / (high - low), 0.0, 1.0);
  return frequency / rope.factor * ramp + frequency * (1 - ramp);
}

}  // namespace

at::Tensor RopeConfig::inv_freq(int64_t length) const {
  at::Tensor out = at::empty({rotary_dim / 2}, at::kDouble);
  double* values = out.data_ptr<double>();
  const auto dim = static_cast<double>(rotary_dim);
  const auto original = static_cast<double>(original_max_position_embeddings);
  double base = theta;
  if (rope_type == "dynamic") {
    const double stretch = std::max(static_cast<double>(length), original) / original;
    base *= std::pow(factor * stretch - (factor - 1), dim / (dim - 2));
  }
  const auto turning = static_cast<int64_t>(proportion * dim / 2);
  const auto& divisors = length > original_max_position_embeddings ? long_factor : short_factor;
  for (int64_t i = 0; i < rotary_dim / 2; ++i) {
    const double frequency = std::pow(base, -2.0 * static_cast<double>(i) / dim);
    values[i] = rope_type == "linear"         ? frequency / factor
                : rope_type == "llama3"       ? llama3_frequency(frequency, *this)
                : rope_type == "yarn"         ? yarn_frequency(frequency, i, *this)
                : rope_type == "longrope"     ? frequency / divisors[static_cast<size_t>(i)]
                : rope_type == "proportional" ? (i < turning ? frequency / factor : 0.0)
                                              : frequency;
  }
  return out;
}

double RopeConfig::attention_scale() const {
  if (rope_type != "yarn" && rope_type != "longrope") return 1.0;
  if (attention_factor > 0) return attention_factor;
  if (factor <= 1) return 1.0;
  if (rope_type == "yarn") return 0.1 * std::log(factor) + 1.0;
  return std::sqrt(1 + std::log(factor) /
                           std::log(static_cast<double>(original_max_position_embeddings)));
}

int64_t RopeConfig::regime(int64_t length) const {
  if (rope_type == "dynamic") return std::max(length, original_max_position_embeddings);
  return rope_type == "longrope" && length > original_max_position_embeddings;
}

void RopeConfig::from_hf(HfReader& reader, double default_theta, int64_t max_positions) {
  const char* name = reader.has("rope_parameters") ? "rope_parameters" : "rope_scaling";
  from_hf(reader, reader.child(name), default_theta, max_positions);
}

namespace {

/// yarn's factor on cos and sin as a config gives it; 0: derived.
double yarn_attention_factor(HfReader& scaling, double factor) {
  if (scaling.has("attention_factor")) return scaling.number("attention_factor");
  const double scale = scaling.number("mscale", 0.0), all = scaling.number("mscale_all_dim", 0.0);
  if (scale == 0 || all == 0 || factor <= 1) return 0;
  return (0.1 * scale * std::log(factor) + 1) / (0.1 * all * std::log(factor) + 1);
}

}  // namespace

void RopeConfig::from_hf(HfReader& reader, HfReader scaling, double default_theta,
                         int64_t max_positions) {
  theta = scaling.has("rope_theta") ? scaling.number("rope_theta")
                                    : reader.number("rope_theta", default_theta);
  if (!(theta > 0)) scaling.problem("rope_theta", "a base that is not positive", "above 0");
  const char* kind = scaling.has("rope_type") ? "rope_type" : "type";
  rope_type = scaling.text(kind, "default");
  if (std::find(kinds().begin(), kinds().end(), rope_type) == kinds().end()) {
    scaling.problem(kind, "rotary scaling of this kind is not supported", join(kinds(), ", "));
    rope_type = "default";
  }
  if (rope_type == "default") return;
  if (uses_original_context(rope_type)) {
    const char* name = "original_max_position_embeddings";
    original_max_position_embeddings = rope_type == "dynamic" ? max_positions
                                       : reader.has(name)     ? reader.size(name)
                                                              : scaling.size(name, max_positions);
  }
  const bool derived = rope_type == "yarn" || rope_type == "longrope";
  const double stretch =
      static_cast<double>(max_positions) /
      static_cast<double>(std::max<int64_t>(1, original_max_position_embeddings));
  factor = derived                       ? scaling.number("factor", stretch)
           : rope_type == "proportional" ? scaling.number("factor", 1.0)
                                         : scaling.number("factor");
  constexpr double kMostFactor = 1e6;
  if (!(factor > 0 && factor <= kMostFactor)) {
    scaling.problem("factor", "a factor out of range", "above 0, at most 1e6");
    factor = 1;
  }
  if (rope_type == "llama3") {
    low_freq_factor = scaling.number("low_freq_factor");
    high_freq_factor = scaling.number("high_freq_factor");
  }
  if (rope_type == "yarn") {
    beta_fast = scaling.number("beta_fast", 32.0);
    beta_slow = scaling.number("beta_slow", 1.0);
    truncate = scaling.flag("truncate", true);
    attention_factor = yarn_attention_factor(scaling, factor);
  }
  if (rope_type == "longrope") {
    short_factor = scaling.numbers("short_factor");
    long_factor = scaling.numbers("long_factor");
    attention_factor = scaling.number("attention_factor", 0.0);
  }
}

int64_t RopeConfig::context(int64_t max_positions) const {
  if (rope_type != "dynamic") return max_positions;
  return static_cast<int64_t>(static_cast<double>(max_positions) * factor);
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
    if (!truncate) scaling["truncate"] = false;
  }
  if (rope_type == "longrope") {
    scaling["short_factor"] = short_factor;
    scaling["long_factor"] = long_factor;
  }
  if (attention_factor > 0) scaling["attention_factor"] = attention_factor;
  if (rope_type == "proportional") scaling["partial_rotary_factor"] = proportion;
  if (rope_type == "dynamic") {
    config["max_position_embeddings"] = original_max_position_embeddings;
  } else if (uses_original_context(rope_type)) {
    scaling["original_max_position_embeddings"] = original_max_position_embeddings;
  }
}

at::Tensor Rotary::operator()(const at::Tensor& x, const at::Tensor& positions,
                              int64_t length) const {
  const bool precise = x.scalar_type() == at::kDouble;
  return kernels::rotary(x, table(precise ? at::kDouble : at::kFloat, length), positions);
}

const kernels::RotaryTable& Rotary::table(at::ScalarType type, int64_t length) const {
  const int64_t regime = config_.regime(length);
  const bool usable = table_.cos.defined() && table_.cos.scalar_type() == type &&
                      table_.cos.size(0) >= length && regime_ == regime;
  if (!usable) {
    regime_ = regime;
    const auto rows = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(length)));
    table_ = kernels::make_rotary_table(config_.inv_freq(length).to(type), rows,
                                        config_.attention_scale());
  }
  return table_;
}

int64_t rotary_dimensions(int64_t head_dim, double partial_rotary_factor) {
  return std::max<int64_t>(
      2, static_cast<int64_t>(static_cast<double>(head_dim) * partial_rotary_factor));
}

}  // namespace twofold
