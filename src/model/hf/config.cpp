// Reads config.json into our settings.
#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/shape.h"
#include "config/fields.h"
#include "formats/hub_cache.h"
#include "formats/json.h"
#include "formats/json_reader.h"
#include "formats/sharded.h"
#include "model/hf/hugging_face.h"
#include "tensor/dtype.h"
#include "twofold/config/field.h"

namespace twofold {
namespace {

/// Settings that are the run's own, whatever the weights are.
bool is_free(const std::string& key) {
  return key.starts_with("architecture/dtype/") || key.ends_with("dropout") ||
         key == "architecture/checkpointing" || key.starts_with("architecture/backbone/");
}

std::vector<std::pair<std::string, std::string>> texts(const config::Fields& fields) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& field : fields.all()) {
    if (!is_free(field->key)) out.emplace_back(field->key, config::value_text(*field));
  }
  return out;
}

/// The family's defaults: `configure` writes all of them out, so who says one says nothing.
std::map<std::string, std::string> defaults_of(const ModelConfig& config) {
  const std::unique_ptr<ModelConfig> fresh = config.defaults();
  config::Fields fields = config::fields_of(*fresh);
  const auto all = texts(fields);
  return {all.begin(), all.end()};
}

/// "-1" asks for a derived size, which no checkpoint contradicts.
bool is_derived(const std::string& key, const std::string& value) {
  return value == "-1" &&
         (key.ends_with("/n_kv_head") || key.ends_with("/head_dim") ||
          key.ends_with("/intermediate_size") || key.ends_with("/max_position_embeddings"));
}

Problem nothing_to_untie(const Path& file) {
  return {.what = "there is nothing to untie",
          .where = "architecture/backbone/untie",
          .expected = "weights whose embedding is their head as well",
          .found = "a head of its own, as " + file.string() + " says",
          .hint = "leave the key out"};
}

Problem contradiction(const std::string& key, const std::string& wanted, const std::string& value,
                      const Path& file) {
  return {.what = "a setting contradicts the weights",
          .where = key,
          .expected = value + ", as in " + file.string(),
          .found = wanted,
          .hint = "leave the key out: it is filled from the weights"};
}

/// Has `fill` set the architecture as `file` says it, which returns what is wrong with that; then
/// as configure_from_hf.
FilledKeys fill_architecture(
    ModelConfig& config, const Path& file, const std::vector<std::string>& explicit_keys,
    const std::function<std::vector<Problem>(const config::Fields& fields)>& fill) {
  config::Fields fields = config::fields_of(config);
  const auto wanted = texts(fields);
  const int64_t wanted_block = config.block_size;
  std::vector<Problem> problems = fill(fields);

  const auto defaults = defaults_of(config);
  FilledKeys filled;
  const auto found = texts(fields);
  for (size_t i = 0; i < found.size(); ++i) {
    const auto& [key, value] = found[i];
    // Untied weights are tied in their folder and not in the run: either may be said of them.
    if (config.untie && key == "architecture/tie_word_embeddings") continue;
    const bool is_set =
        std::find(explicit_keys.begin(), explicit_keys.end(), key) != explicit_keys.end();
    if (is_set && key == "architecture/block_size" && wanted_block <= config.block_size) {
      config.block_size = wanted_block;
    } else if (!is_set || is_derived(key, wanted[i].second) ||
               wanted[i].second == defaults.at(key)) {
      filled.emplace_back(key, value);
    } else if (wanted[i].second != value) {
      problems.push_back(contradiction(key, wanted[i].second, value, file));
    }
  }
  throw_problems(std::move(problems));
  if (config.untie) config.untie_head();
  return filled;
}

}  // namespace

Path hf_config_file(const Path& folder) { return formats::hub_folder(folder) / "config.json"; }

FilledKeys configure_from_hf(ModelConfig& config, const Path& folder,
                             const std::vector<std::string>& explicit_keys) {
  const Path file = hf_config_file(folder);
  const nlohmann::json json = formats::parse_json(read_text(file), file.string());
  return fill_architecture(config, file, explicit_keys, [&](const config::Fields&) {
    hf_format(config).from_hf(json, file.string());
    const bool nothing = config.untie && !config.tie_word_embeddings;
    return nothing ? std::vector{nothing_to_untie(file)} : std::vector<Problem>{};
  });
}

FilledKeys configure_from_saved(ModelConfig& config, ModelConfig& saved, const Path& file,
                                const std::vector<std::string>& explicit_keys) {
  const config::Fields theirs = config::fields_of(saved);
  return fill_architecture(config, file, explicit_keys, [&](const config::Fields& fields) {
    for (const auto& field : fields.all()) {
      const config::Field* value = theirs.find(field->key);
      if (!value || is_free(field->key)) continue;
      for (const auto& set : field->set) set(value->get());
    }
    return std::vector<Problem>{};
  });
}

std::string hf_dtype(const Path& folder) {
  const formats::TensorFolder weights = formats::open_tensor_folder(folder);
  std::map<std::string, int64_t> elements;  // of each dtype
  for (const formats::LocatedTensor& tensor : weights.tensors) {
    elements[dtype_name(scalar_type(tensor.entry.dtype))] += element_count(tensor.entry.shape);
  }
  const auto most = std::max_element(elements.begin(), elements.end(),
                                     [](auto& a, auto& b) { return a.second < b.second; });
  return most == elements.end() ? "float32" : most->first;
}

}  // namespace twofold
