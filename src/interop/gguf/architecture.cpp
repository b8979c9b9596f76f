#include "interop/gguf/architecture.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "interop/gguf/hyperparameters.h"
#include "interop/gguf/rope.h"
#include "model/rope.h"

namespace twofold {
namespace {

using formats::JsonReader;
using nlohmann::json;

/// A hyperparameter that has a field of config.json to itself.
struct Field {
  const char* theirs;  ///< llama.cpp's key
  const char* ours;    ///< Hugging Face's
};
/// The only value that the architecture computes.
struct Demand {
  const char* field;
  json value;
};

/// What llama.cpp computes under one name, and how that follows from config.json.
struct Architecture {
  const char* model_type;  ///< Hugging Face's
  const char* name;        ///< llama.cpp's
  std::vector<Field> integers = {}, numbers = {};
  std::vector<std::string> scalings = {};  ///< of the rotary frequencies; empty: no rotation
  bool interleaved_rotary = false;
  bool norm_offset = false;
  std::vector<Demand> demands = {};
  /// Adds what no single field says; may refuse.
  void (*describe)(GgufArchitecture& to, const JsonReader& config) = nullptr;
};

/// The decoders with RMSNorm and a gated MLP; they and GPT-NeoX name their sizes alike.
Architecture gated(const char* model_type, const char* name) {
  return {.model_type = model_type,
          .name = name,
          .integers = {{"embedding_length", "hidden_size"},
                       {"block_count", "num_hidden_layers"},
                       {"feed_forward_length", "intermediate_size"},
                       {"attention.head_count", "num_attention_heads"}},
          .numbers = {{"attention.layer_norm_rms_epsilon", "rms_norm_eps"}},
          .scalings = {"default", "linear", "yarn"},
          .describe = describe_unwindowed};
}

const Field kContext{"context_length", "max_position_embeddings"};

Architecture llama(const char* model_type) {
  Architecture all = gated(model_type, "llama");
  all.scalings.emplace_back("llama3");
  all.interleaved_rotary = true;
  return all;
}

Architecture smollm3() {
  Architecture all = gated("smollm3", "smollm3");
  all.interleaved_rotary = true;
  all.demands = {{"attention_bias", false}, {"mlp_bias", false}};
  all.describe = describe_smollm3;
  return all;
}

Architecture qwen3() {
  Architecture all = gated("qwen3", "qwen3");
  all.demands = {{"attention_bias", false}};
  return all;
}

Architecture gemma(const char* model_type, const char* name, bool tied,
                   void (*describe)(GgufArchitecture&, const JsonReader&)) {
  Architecture all = gated(model_type, name);
  all.integers.push_back(kContext);
  all.norm_offset = true;
  all.demands = {{"attention_bias", false}};
  if (tied) all.demands.push_back({"tie_word_embeddings", true});
  all.describe = describe;
  return all;
}

Architecture gemma3() {
  Architecture all = gemma("gemma3_text", "gemma3", /*tied=*/false, describe_gemma3);
  all.scalings = {"default", "linear"};
  return all;
}

Architecture neox() {
  Architecture all = gated("gpt_neox", "gptneox");
  all.integers.push_back(kContext);
  all.numbers = {{"attention.layer_norm_epsilon", "layer_norm_eps"}};
  all.describe = describe_neox;
  return all;
}

Architecture gpt2() {
  return {.model_type = "gpt2",
          .name = "gpt2",
          .integers = {{"context_length", "n_positions"},
                       {"embedding_length", "n_embd"},
                       {"block_count", "n_layer"},
                       {"attention.head_count", "n_head"}},
          .numbers = {{"attention.layer_norm_epsilon", "layer_norm_epsilon"}},
          .describe = describe_gpt2};
}

/// The models that can be written, one entry a model_type. What a field of config.json says by
/// itself is data; the rest is a function of hyperparameters.h.
const std::vector<Architecture>& architectures() {
  static const std::vector<Architecture> kArchitectures = {
      llama("llama"),
      llama("mistral"),
      smollm3(),
      gated("qwen2", "qwen2"),
      qwen3(),
      gemma("gemma", "gemma", /*tied=*/true, nullptr),
      gemma("gemma2", "gemma2", /*tied=*/true, describe_gemma2),
      gemma3(),
      neox(),
      gpt2(),
  };
  return kArchitectures;
}

const Architecture& architecture_of(const JsonReader& config) {
  const std::string type = config.at("model_type").text();
  std::vector<std::string> known;
  for (const Architecture& architecture : architectures()) {
    if (architecture.model_type == type) return architecture;
    known.emplace_back(architecture.model_type);
  }
  fail({.what = "models of this architecture cannot be written as GGUF here",
        .where = "model_type",
        .expected = join(known, ", "),
        .found = type,
        .hint = "export with --to merged and use llama.cpp's own converter"});
}

int64_t rotary_dim(const JsonReader& config) {
  const RopeConfig rope{.partial_rotary_factor = config.number("rotary_pct", 1.0)};
  return rope.rotated(head_width(config));
}

}  // namespace

void not_in_gguf(const std::string& architecture, const std::string& field, std::string expected,
                 std::string found) {
  fail({.what = "llama.cpp's " + architecture + " does not compute this",
        .where = field,
        .expected = std::move(expected),
        .found = std::move(found),
        .hint = "export with --to merged instead"});
}

GgufArchitecture describe_gguf_architecture(const json& hf_config) {
  const JsonReader config(hf_config, "config.json", "export with --to merged instead",
                          JsonReader::Faults::kThrow);
  const Architecture& from = architecture_of(config);
  GgufArchitecture to{.name = from.name,
                      .interleaved_rotary = from.interleaved_rotary,
                      .norm_offset = from.norm_offset};
  for (const auto& [field, value] : from.demands) {
    if (config.field(field) != value) {
      not_in_gguf(to.name, field, value.dump(), config.field(field).dump());
    }
  }
  to.metadata.emplace_back("general.architecture", to.name);
  for (const auto& [theirs, ours] : from.integers) to.integer(theirs, config.integer(ours));
  for (const auto& [theirs, ours] : from.numbers) to.number(theirs, config.number(ours));
  to.integer("vocab_size", config.integer("vocab_size"));
  to.heads = to.kv_heads = attention_heads(config);
  if (config.has("num_key_value_heads")) {
    to.kv_heads = config.integer("num_key_value_heads");
    to.integer("attention.head_count_kv", to.kv_heads);
    to.integer("attention.key_length", head_width(config));
    to.integer("attention.value_length", head_width(config));
  }
  if (!from.scalings.empty()) describe_gguf_rope(to, config, rotary_dim(config), from.scalings);
  if (from.describe) from.describe(to, config);
  return to;
}

}  // namespace twofold
