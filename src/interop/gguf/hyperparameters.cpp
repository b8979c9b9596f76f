#include "interop/gguf/hyperparameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace twofold {

using formats::JsonReader;
using nlohmann::json;

int64_t attention_heads(const JsonReader& config) {
  return config.integer(config.has("n_head") ? "n_head" : "num_attention_heads");
}

int64_t head_width(const JsonReader& config) {
  return config.has("head_dim") ? config.integer("head_dim")
                                : config.integer("hidden_size") / attention_heads(config);
}

namespace {

/// The shortest window of any layer; the context where there is none.
int64_t shortest_window(const JsonReader& config, int64_t context) {
  const json& window = config.field("sliding_window");
  if (!window.is_number_integer() || !config.flag("use_sliding_window", true)) return context;
  const bool used = config.integer("max_window_layers", 0) < config.integer("num_hidden_layers");
  return used ? std::min(context, window.get<int64_t>()) : context;
}

/// What llama.cpp divides scores by the root of; `large`: the number of layers by which it knows
/// the model that differs.
void describe_scores(GgufArchitecture& to, const JsonReader& config, int64_t large) {
  const int64_t theirs = config.integer("num_hidden_layers") == large
                             ? config.integer("hidden_size") / to.heads
                             : head_width(config);
  const auto ours = config.number("query_pre_attn_scalar");
  to.query_factor = std::sqrt(static_cast<double>(theirs) / ours);
}

/// A cap that changes nothing in float32: llama.cpp's Gemma 2 has no word for none.
double cap_or_none(const JsonReader& config, const char* key) {
  constexpr double kNone = 1e6;
  return config.number(key, kNone);
}

}  // namespace

/// Architectures without windows: the context ends where the first window would.
void describe_unwindowed(GgufArchitecture& to, const JsonReader& config) {
  const int64_t context = config.integer("max_position_embeddings");
  const int64_t window = shortest_window(config, context);
  if (window < context) {
    to.notes.push_back(fmt::format(
        "llama.cpp attends to all keys where this model sees a window of {}: the file's context is "
        "{} instead of {}, where both are the same",
        window, window, context));
  }
  to.integer("context_length", window);
}

void describe_smollm3(GgufArchitecture& to, const JsonReader& config) {
  describe_unwindowed(to, config);
  const json& rotated = config.field("no_rope_layers");
  for (size_t i = 0; i < rotated.size(); ++i) {
    if (rotated[i] == ((i + 1) % 4 != 0 ? 1 : 0)) continue;
    not_in_gguf(to.name, "no_rope_layers", "every fourth layer without positions", rotated.dump());
  }
}

void describe_gemma2(GgufArchitecture& to, const JsonReader& config) {
  describe_scores(to, config, 46);
  to.number("attn_logit_softcapping", cap_or_none(config, "attn_logit_softcapping"));
  to.number("final_logit_softcapping", cap_or_none(config, "final_logit_softcapping"));
  to.integer("attention.sliding_window",
             config.integer("sliding_window", config.integer("max_position_embeddings")));
}

void describe_gemma3(GgufArchitecture& to, const JsonReader& config) {
  describe_scores(to, config, 62);
  if (config.has("final_logit_softcapping")) {
    to.number("final_logit_softcapping", config.number("final_logit_softcapping"));
  }
  const int64_t pattern = config.integer("sliding_window_pattern");
  if (!config.has("sliding_window") || pattern == 1) return;  // every layer sees all keys
  to.integer("attention.sliding_window", config.integer("sliding_window"));
  to.integer("attention.sliding_window_pattern", pattern);
  to.number("rope.freq_base_swa", config.number("rope_local_base_freq"));
}

void describe_neox(GgufArchitecture& to, const JsonReader& config) {
  to.add("use_parallel_residual", config.flag("use_parallel_residual", true));
}

void describe_gpt2(GgufArchitecture& to, const JsonReader& config) {
  to.integer("feed_forward_length", config.integer("n_inner", 4 * config.integer("n_embd")));
}

}  // namespace twofold
