#include "interop/gguf/hyperparameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace twofold {

using nlohmann::json;

int64_t integer_of(const json& config, const char* key) { return config.at(key).get<int64_t>(); }

int64_t attention_heads(const json& config) {
  return integer_of(config, config.contains("n_head") ? "n_head" : "num_attention_heads");
}

int64_t head_width(const json& config) {
  return config.contains("head_dim") ? integer_of(config, "head_dim")
                                     : integer_of(config, "hidden_size") / attention_heads(config);
}

namespace {

/// The shortest window of any layer; the context where there is none.
int64_t shortest_window(const json& config, int64_t context) {
  const json window = config.value("sliding_window", json());
  if (!window.is_number_integer() || !config.value("use_sliding_window", true)) return context;
  const bool used =
      config.value("max_window_layers", int64_t{0}) < integer_of(config, "num_hidden_layers");
  return used ? std::min(context, window.get<int64_t>()) : context;
}

/// What llama.cpp divides scores by the root of; `large`: the number of layers by which it knows
/// the model that differs.
void describe_scores(GgufArchitecture& to, const json& config, int64_t large) {
  const int64_t theirs = integer_of(config, "num_hidden_layers") == large
                             ? integer_of(config, "hidden_size") / to.heads
                             : head_width(config);
  const auto ours = config.at("query_pre_attn_scalar").get<double>();
  to.query_factor = std::sqrt(static_cast<double>(theirs) / ours);
}

/// A cap that changes nothing in float32: llama.cpp's Gemma 2 has no word for none.
double cap_or_none(const json& config, const char* key) {
  constexpr double kNone = 1e6;
  return config.at(key).is_null() ? kNone : config.at(key).get<double>();
}

}  // namespace

/// Architectures without windows: the context ends where the first window would.
void describe_unwindowed(GgufArchitecture& to, const json& config) {
  const int64_t context = integer_of(config, "max_position_embeddings");
  const int64_t window = shortest_window(config, context);
  if (window < context) {
    to.notes.push_back(fmt::format(
        "llama.cpp attends to all keys where this model sees a window of {}: the file's context is "
        "{} instead of {}, where both are the same",
        window, window, context));
  }
  to.integer("context_length", window);
}

void describe_smollm3(GgufArchitecture& to, const json& config) {
  describe_unwindowed(to, config);
  const json& rotated = config.at("no_rope_layers");
  for (size_t i = 0; i < rotated.size(); ++i) {
    if (rotated[i] == ((i + 1) % 4 != 0 ? 1 : 0)) continue;
    not_in_gguf(to.name, "no_rope_layers", "every fourth layer without positions", rotated.dump());
  }
}

void describe_gemma2(GgufArchitecture& to, const json& config) {
  describe_scores(to, config, 46);
  to.number("attn_logit_softcapping", cap_or_none(config, "attn_logit_softcapping"));
  to.number("final_logit_softcapping", cap_or_none(config, "final_logit_softcapping"));
  const json& window = config.at("sliding_window");
  to.integer("attention.sliding_window", window.is_null()
                                             ? integer_of(config, "max_position_embeddings")
                                             : window.get<int64_t>());
}

void describe_gemma3(GgufArchitecture& to, const json& config) {
  describe_scores(to, config, 62);
  if (const json& cap = config.at("final_logit_softcapping"); !cap.is_null()) {
    to.number("final_logit_softcapping", cap.get<double>());
  }
  const int64_t pattern = integer_of(config, "sliding_window_pattern");
  if (config.at("sliding_window").is_null() || pattern == 1) return;  // every layer sees all keys
  to.integer("attention.sliding_window", integer_of(config, "sliding_window"));
  to.integer("attention.sliding_window_pattern", pattern);
  to.number("rope.freq_base_swa", config.at("rope_local_base_freq").get<double>());
}

void describe_neox(GgufArchitecture& to, const json& config) {
  to.add("use_parallel_residual", config.at("use_parallel_residual").get<bool>());
}

void describe_gpt2(GgufArchitecture& to, const json& config) {
  const json& inner = config.at("n_inner");
  to.integer("feed_forward_length",
             inner.is_null() ? 4 * integer_of(config, "n_embd") : inner.get<int64_t>());
}

}  // namespace twofold
