#pragma once
// Hugging Face model folders in and out: config.json plus safetensors (one file, or shards and an
// index). A folder that is read may be named as formats::hub_folder takes it.

#include <string>
#include <vector>

#include "base/files.h"
#include "model/hf/format.h"
#include "twofold/model/model.h"

namespace twofold {

/// Keys with their values, to be shown: {"architecture/n_layers", "5"}.
using FilledKeys = std::vector<std::pair<std::string, std::string>>;

/// Where the config.json of a folder is.
Path hf_config_file(const Path& folder);

/// Reads `folder`/config.json into `config`. Keys in `explicit_keys` (slash keys that the user set)
/// keep the user's value: allowed for architecture/block_size ≤ the checkpoint's and for dtypes,
/// dropout, checkpointing and architecture/backbone/*; any other contradiction is an Error naming
/// the key, both values and the file. A value that is the key's default contradicts nothing.
/// Returns the filled keys with their values.
FilledKeys configure_from_hf(ModelConfig& config, const Path& folder,
                             const std::vector<std::string>& explicit_keys);
/// The same from the settings that were once filled from such a folder and are `saved` in `file`.
FilledKeys configure_from_saved(ModelConfig& config, ModelConfig& saved, const Path& file,
                                const std::vector<std::string>& explicit_keys);

/// The dtype of most elements in the folder's tensors ("float32", "bfloat16", "float16").
std::string hf_dtype(const Path& folder);

/// The ids [first, first + count) of tokens that are new to the weights.
struct NewTokens {
  int64_t first = 0, count = 0;
};

/// Loads every parameter of `model`, in the dtype that it has (float32 if it has no value yet).
/// Missing, extra (apart from known buffers), misshapen tensors and unsupported dtypes are Errors
/// naming file and tensor, all at once. In the tables of the vocabulary the rows of `fresh` may be
/// missing; they become the mean of the rows before them. `borrow`, for weights that are frozen
/// next: a tensor that lies in the file in the model's storage order, in bfloat16 or in
/// cache-aligned float32, is not copied but becomes a view of the read-only mapping.
void load_hf_weights(Model& model, const ModelConfig& config, const Path& folder,
                     const NewTokens& fresh = {}, bool borrow = false);

/// The same for a model that is only read, without a copy where that is possible: tensors that lie
/// in the file in the model's storage order (float64 excepted) become views of the (read-only!)
/// mapping, in the file's dtype.
void map_hf_weights(Model& model, const ModelConfig& config, const Path& folder);

inline constexpr const char* kGenerationConfig = "generation_config.json";
/// The settings of a folder for generation.
struct HfGeneration {
  std::vector<int64_t>
      end_tokens;  ///< generation_config.json's if it names any, else config.json's
  double repetition_penalty = 1;
};
/// Reads generation_config.json, or config.json if there is no such file. Throws an Error for
/// settings that change greedy text and are not supported.
HfGeneration hf_generation(const ModelConfig& config, const Path& folder);
/// The same from the text of a generation_config.json, which is called `file` in Errors.
HfGeneration hf_generation(const ModelConfig& config, const std::string& text,
                           const std::string& file);

/// The folder's generation_config.json; of an older folder, what its config.json says of
/// generation. Empty if neither says anything.
std::string generation_config_of(const Path& folder);

/// Writes config.json, generation_config.json and model.safetensors (shards above `shard_bytes`) of
/// `tensors` (our paths; each (in, out) as in the tree) into `folder`, which must not exist: built
/// under a temporary name and renamed.
void save_hf_folder(const ModelConfig& config, const NamedTensors& tensors,
                    const std::string& dtype, const Path& folder,
                    int64_t shard_bytes = 5'000'000'000);

}  // namespace twofold
