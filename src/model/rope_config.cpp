// The settings of rotary positions: keys, checks, Hugging Face's fields.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "formats/json_reader.h"
#include "model/rope.h"

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

void RopeConfig::declare(config::Fields& fields) {
  fields.add("architecture/partial_rotary_factor", partial_rotary_factor,
             "Share of each head's dimensions that is rotated.",
             {.min = 0, .max = 1, .exclusive_min = true});
  fields.add("architecture/rope_theta", theta, "Base of the rotary frequencies.",
             {.min = 0, .exclusive_min = true});
  declare_scaling(fields);
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

int64_t RopeConfig::rotated(int64_t head_dim) const {
  // Proportional scaling spans the head; the frequencies that do not turn are 0.
  if (rope_type == "proportional") return head_dim;
  const double width = static_cast<double>(head_dim) * partial_rotary_factor;
  return std::max<int64_t>(2, static_cast<int64_t>(width));
}

void RopeConfig::check(std::vector<Problem>& problems, int64_t head_dim) const {
  const int64_t dimensions = rotated(head_dim);
  if (dimensions % 2 != 0 || dimensions > head_dim) {
    problems.push_back({.what = "rotary positions need an even number of dimensions in each head",
                        .where = "architecture/n_head",
                        .expected = "an even width of heads",
                        .found = fmt::format("{} of {} dimensions", dimensions, head_dim),
                        .hint = "change architecture/n_head or n_embd"});
  }
  const std::string section = "architecture/rope_scaling/";
  if (uses_original_context(rope_type) && original_max_position_embeddings == 0) {
    problems.push_back({.what = rope_type + " needs the original context",
                        .where = section + "original_max_position_embeddings",
                        .expected = "at least 1",
                        .found = "0",
                        .hint = "set it to the context that the model was trained with first"});
  }
  for (const auto& [name, factors] :
       {std::pair{"short_factor", &short_factor}, std::pair{"long_factor", &long_factor}}) {
    if (rope_type != "longrope" || std::ssize(*factors) == dimensions / 2) continue;
    problems.push_back({.what = "longrope needs a factor for each frequency",
                        .where = section + name,
                        .expected = fmt::format("{} numbers", dimensions / 2),
                        .found = std::to_string(factors->size()),
                        .hint = "copy the list from the model's config.json"});
  }
  if (rope_type == "llama3" && !(low_freq_factor < high_freq_factor)) {
    problems.push_back({.what = "the factors of llama3 are in the wrong order",
                        .where = section + "low_freq_factor",
                        .expected = "below high_freq_factor = " + std::to_string(high_freq_factor),
                        .found = std::to_string(low_freq_factor),
                        .hint = "exchange the two"});
  }
}

void RopeConfig::from_hf(const formats::JsonReader& reader, double default_theta,
                         int64_t max_positions) {
  from_hf(reader, rope_fields(reader), default_theta, max_positions);
}

formats::JsonReader rope_fields(const formats::JsonReader& reader) {
  const bool old =
      reader.has("rope_scaling") && !reader.is("rope_scaling", nlohmann::json::object());
  return reader.child(old ? "rope_scaling" : "rope_parameters");
}

namespace {

/// By how much the context is stretched. Some kinds may leave it to be derived.
double factor_of(const formats::JsonReader& scaling, const std::string& rope_type,
                 int64_t positions, int64_t original_positions) {
  const Constraint factors{.min = 0, .max = 1e6, .exclusive_min = true};
  if (rope_type == "proportional") return scaling.number("factor", 1.0, factors);
  if (rope_type != "yarn" && rope_type != "longrope") return scaling.number("factor", {}, factors);
  const double stretch = static_cast<double>(positions) /
                         static_cast<double>(std::max<int64_t>(1, original_positions));
  return scaling.number("factor", stretch, factors);
}

/// yarn's factor on cos and sin as a config gives it; 0: derived.
double yarn_attention_factor(const formats::JsonReader& scaling, double factor) {
  if (scaling.has("attention_factor")) {
    return scaling.number("attention_factor", {}, kNotNegative);
  }
  const double scale = scaling.number("mscale", 0.0, kNotNegative),
               all = scaling.number("mscale_all_dim", 0.0, kNotNegative);
  if (scale == 0 || all == 0 || factor <= 1) return 0;
  const auto scaled = [&](double by) { return std::fma(0.1 * by, std::log(factor), 1.0); };
  return scaled(scale) / scaled(all);
}

}  // namespace

void RopeConfig::from_hf(const formats::JsonReader& reader, const formats::JsonReader& scaling,
                         double default_theta, int64_t max_positions) {
  const formats::JsonReader& base = scaling.has("rope_theta") ? scaling : reader;
  theta = base.number("rope_theta", default_theta, kPositive);
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
  factor = factor_of(scaling, rope_type, max_positions, original_max_position_embeddings);
  if (rope_type == "llama3") {
    low_freq_factor = scaling.number("low_freq_factor", {}, kPositive);
    high_freq_factor = scaling.number("high_freq_factor", {}, kPositive);
  }
  if (rope_type == "yarn") {
    beta_fast = scaling.number("beta_fast", 32.0, kPositive);
    beta_slow = scaling.number("beta_slow", 1.0, kPositive);
    truncate = scaling.flag("truncate", true);
    attention_factor = yarn_attention_factor(scaling, factor);
  }
  if (rope_type == "longrope") {
    short_factor = scaling.numbers("short_factor", kPositive);
    long_factor = scaling.numbers("long_factor", kPositive);
    attention_factor = scaling.number("attention_factor", 0.0, kNotNegative);
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
  if (rope_type == "proportional") scaling["partial_rotary_factor"] = partial_rotary_factor;
  if (rope_type == "dynamic") {
    config["max_position_embeddings"] = original_max_position_embeddings;
  } else if (uses_original_context(rope_type)) {
    scaling["original_max_position_embeddings"] = original_max_position_embeddings;
  }
}

}  // namespace twofold
