#include "interop/gguf_architecture.h"

#include <ATen/Functions.h>
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "model/hf_reader.h"
#include "model/rope.h"

namespace twofold {
namespace {

using nlohmann::json;

struct Kind {
  const char* model_type;  ///< Hugging Face's
  const char* name;        ///< llama.cpp's
  bool interleaved_rotary;
};
constexpr std::array kKinds = {Kind{"llama", "llama", true},  Kind{"mistral", "llama", true},
                               Kind{"qwen2", "qwen2", false}, Kind{"qwen3", "qwen3", false},
                               Kind{"gpt2", "gpt2", false},   Kind{"gpt_neox", "gptneox", false}};

const Kind& kind_of(const json& config) {
  const std::string type = config.at("model_type").get<std::string>();
  std::string known;
  for (const Kind& kind : kKinds) {
    if (kind.model_type == type) return kind;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", kind.model_type);
  }
  fail({.what = "models of this architecture cannot be written as GGUF here",
        .where = "model_type",
        .expected = known,
        .found = type,
        .hint = "export with --to merged and use llama.cpp's own converter"});
}

/// Collects `<architecture>.<key>` entries.
class Hyperparameters {
 public:
  explicit Hyperparameters(GgufArchitecture& to) : to_(to) {}

  void integer(const std::string& key, int64_t value) { add(key, static_cast<uint32_t>(value)); }
  void number(const std::string& key, double value) { add(key, static_cast<float>(value)); }
  void add(const std::string& key, formats::GgufValue value) {
    to_.metadata.emplace_back(to_.name + "." + key, std::move(value));
  }

 private:
  GgufArchitecture& to_;
};

int64_t integer(const json& config, const char* key) { return config.at(key).get<int64_t>(); }

/// The shortest window of any layer; the context where there is none.
int64_t shortest_window(const json& config, int64_t context) {
  const json window = config.value("sliding_window", json());
  if (!window.is_number_integer() || !config.value("use_sliding_window", true)) return context;
  const bool used =
      config.value("max_window_layers", int64_t{0}) < integer(config, "num_hidden_layers");
  return used ? std::min(context, window.get<int64_t>()) : context;
}

void describe_context(GgufArchitecture& to, const json& config, int64_t context) {
  const int64_t window = shortest_window(config, context);
  if (window < context) {
    to.notes.push_back(fmt::format(
        "llama.cpp attends to all keys where this model sees a window of {}: the file's context is "
        "{} instead of {}, where both are the same",
        window, window, context));
  }
  Hyperparameters(to).integer("context_length", window);
}

at::Tensor divisors(const RopeConfig& rope) {
  RopeConfig plain;
  plain.theta = rope.theta;
  plain.rotary_dim = rope.rotary_dim;
  return plain.inv_freq().div(rope.inv_freq()).to(at::kFloat);
}

[[noreturn]] void not_computed(const std::string& field, std::string expected, std::string found) {
  fail({.what = "llama.cpp does not compute this",
        .where = field,
        .expected = std::move(expected),
        .found = std::move(found),
        .hint = "export with --to merged instead"});
}

/// Refuses what a scaling may say and llama.cpp has no word for.
void check_scaling(const json& config) {
  const json scaling = config.value("rope_scaling", json());
  if (!scaling.is_object()) return;
  if (!scaling.value("truncate", true)) not_computed("rope_scaling/truncate", "true", "false");
  if (scaling.contains("attention_factor") && scaling.value("rope_type", "") != "yarn") {
    not_computed("rope_scaling/attention_factor", "none but with yarn",
                 scaling.at("attention_factor").dump());
  }
}

void describe_rope(GgufArchitecture& to, const json& config, int64_t rotary_dim, int64_t context) {
  check_scaling(config);
  HfReader reader(config, "config.json");
  RopeConfig rope;
  rope.rotary_dim = rotary_dim;
  rope.from_hf(reader, 10000.0, context);
  reader.finish();
  Hyperparameters out(to);
  out.integer("rope.dimension_count", rotary_dim);
  out.number("rope.freq_base", rope.theta);
  if (rope.rope_type == "llama3") to.rope_divisors = divisors(rope);
  if (rope.rope_type != "linear" && rope.rope_type != "yarn") {
    if (rope.rope_type != "default" && rope.rope_type != "llama3") {
      not_computed("rope_scaling/rope_type", "default, linear, llama3 or yarn", rope.rope_type);
    }
    return;
  }
  out.add("rope.scaling.type", rope.rope_type);
  out.number("rope.scaling.factor", rope.factor);
  if (rope.rope_type == "linear") return;
  out.integer("rope.scaling.original_context_length", rope.original_max_position_embeddings);
  out.number("rope.scaling.yarn_beta_fast", rope.beta_fast);
  out.number("rope.scaling.yarn_beta_slow", rope.beta_slow);
  // llama.cpp multiplies by 0.1·ln(factor) + 1 itself.
  const double usual = 0.1 * std::log(rope.factor) + 1.0;
  if (std::abs(rope.attention_scale() / usual - 1) > 1e-6) {
    out.number("rope.scaling.attn_factor", rope.attention_scale() / usual);
  }
}

void describe_gated(GgufArchitecture& to, const json& config) {
  Hyperparameters out(to);
  if (to.name == "qwen3" && config.value("attention_bias", false)) {
    not_computed("attention_bias", "false (qwen3)", "true");
  }
  const int64_t context = integer(config, "max_position_embeddings");
  to.heads = integer(config, "num_attention_heads");
  to.kv_heads = integer(config, "num_key_value_heads");
  const int64_t head_dim = config.contains("head_dim") ? integer(config, "head_dim")
                                                       : integer(config, "hidden_size") / to.heads;
  describe_context(to, config, context);
  out.integer("embedding_length", integer(config, "hidden_size"));
  out.integer("block_count", integer(config, "num_hidden_layers"));
  out.integer("feed_forward_length", integer(config, "intermediate_size"));
  out.integer("attention.head_count", to.heads);
  out.integer("attention.head_count_kv", to.kv_heads);
  out.integer("attention.key_length", head_dim);
  out.integer("attention.value_length", head_dim);
  out.number("attention.layer_norm_rms_epsilon", config.at("rms_norm_eps").get<double>());
  describe_rope(to, config, head_dim, context);
}

void describe_neox(GgufArchitecture& to, const json& config) {
  Hyperparameters out(to);
  const int64_t context = integer(config, "max_position_embeddings");
  const int64_t width = integer(config, "hidden_size");
  to.heads = to.kv_heads = integer(config, "num_attention_heads");
  out.integer("context_length", context);
  out.integer("embedding_length", width);
  out.integer("block_count", integer(config, "num_hidden_layers"));
  out.integer("feed_forward_length", integer(config, "intermediate_size"));
  out.integer("attention.head_count", to.heads);
  out.number("attention.layer_norm_epsilon", config.at("layer_norm_eps").get<double>());
  out.add("use_parallel_residual", config.at("use_parallel_residual").get<bool>());
  const RopeConfig rope{.partial_rotary_factor = config.at("rotary_pct").get<double>()};
  describe_rope(to, config, rope.rotated(width / to.heads), context);
}

void describe_gpt2(GgufArchitecture& to, const json& config) {
  Hyperparameters out(to);
  const int64_t width = integer(config, "n_embd");
  to.heads = to.kv_heads = integer(config, "n_head");
  out.integer("context_length", integer(config, "n_positions"));
  out.integer("embedding_length", width);
  out.integer("block_count", integer(config, "n_layer"));
  const json& inner = config.at("n_inner");
  out.integer("feed_forward_length", inner.is_null() ? 4 * width : inner.get<int64_t>());
  out.integer("attention.head_count", to.heads);
  out.number("attention.layer_norm_epsilon", config.at("layer_norm_epsilon").get<double>());
}

}  // namespace

GgufArchitecture describe_gguf_architecture(const json& hf_config) {
  const Kind& kind = kind_of(hf_config);
  GgufArchitecture to{.name = kind.name,
                      .interleaved_rotary = kind.interleaved_rotary,
                      .metadata = {},
                      .rope_divisors = {},
                      .notes = {}};
  to.metadata.emplace_back("general.architecture", to.name);
  if (to.name == "gpt2") {
    describe_gpt2(to, hf_config);
  } else if (to.name == "gptneox") {
    describe_neox(to, hf_config);
  } else {
    describe_gated(to, hf_config);
  }
  Hyperparameters(to).integer("vocab_size", integer(hf_config, "vocab_size"));
  return to;
}

}  // namespace twofold
