#include "interop/gguf/rope.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "formats/json_reader.h"
#include "model/rope.h"

namespace twofold {
namespace {

using formats::JsonReader;

RopeConfig read_rope(const JsonReader& config, int64_t rotary_dim) {
  RopeConfig rope;
  rope.rotary_dim = rotary_dim;
  rope.from_hf(config, 10000.0, config.integer("max_position_embeddings", 1));
  return rope;
}

/// Refuses what a scaling may say and llama.cpp has no word for.
void check(const GgufArchitecture& to, const JsonReader& config, const RopeConfig& rope,
           const std::vector<std::string>& kinds) {
  if (std::find(kinds.begin(), kinds.end(), rope.rope_type) == kinds.end()) {
    not_in_gguf(to.name, "rope_scaling/rope_type", join(kinds, ", "), rope.rope_type);
  }
  const JsonReader scaling = config.child("rope_scaling");
  if (!scaling.flag("truncate", true)) {
    not_in_gguf(to.name, "rope_scaling/truncate", "true", "false");
  }
  if (scaling.has("attention_factor") && rope.rope_type != "yarn") {
    not_in_gguf(to.name, "rope_scaling/attention_factor", "none but with yarn",
                scaling.field("attention_factor").dump());
  }
}

/// What llama.cpp divides each frequency by.
at::Tensor divisors(const RopeConfig& rope) {
  RopeConfig plain;
  plain.theta = rope.theta;
  plain.rotary_dim = rope.rotary_dim;
  return plain.inv_freq().div(rope.inv_freq()).to(at::kFloat);
}

void describe_yarn(GgufArchitecture& to, const RopeConfig& rope) {
  to.integer("rope.scaling.original_context_length", rope.original_max_position_embeddings);
  to.number("rope.scaling.yarn_beta_fast", rope.beta_fast);
  to.number("rope.scaling.yarn_beta_slow", rope.beta_slow);
  // llama.cpp multiplies by 0.1·ln(factor) + 1 itself.
  const double usual = std::fma(0.1, std::log(rope.factor), 1.0);
  if (std::abs(rope.attention_scale() / usual - 1) > 1e-6) {
    to.number("rope.scaling.attn_factor", rope.attention_scale() / usual);
  }
}

}  // namespace

void describe_gguf_rope(GgufArchitecture& to, const JsonReader& config, int64_t rotary_dim,
                        const std::vector<std::string>& kinds) {
  const RopeConfig rope = read_rope(config, rotary_dim);
  check(to, config, rope, kinds);
  to.integer("rope.dimension_count", rotary_dim);
  to.number("rope.freq_base", rope.theta);
  if (rope.rope_type == "llama3") to.rope_divisors = divisors(rope);
  if (rope.rope_type != "linear" && rope.rope_type != "yarn") return;
  to.add("rope.scaling.type", rope.rope_type);
  to.number("rope.scaling.factor", rope.factor);
  if (rope.rope_type == "yarn") describe_yarn(to, rope);
}

}  // namespace twofold
