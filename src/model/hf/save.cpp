// Our tensors as a Hugging Face folder.
#include <ATen/ATen.h>
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/unpublished.h"
#include "formats/sharded.h"
#include "model/hf/hugging_face.h"
#include "tensor/dtype.h"
#include "tensor/io.h"

namespace twofold {
namespace {

const std::map<std::string, std::string> kMetadata = {{"format", "pt"}};

/// The tensors under their foreign names, in their layout and dtype; a view where nothing changes.
NamedTensors translated(const ModelConfig& config, const NamedTensors& tensors,
                        at::ScalarType dtype) {
  const std::map<std::string, at::Tensor> ours(tensors.begin(), tensors.end());
  NamedTensors theirs;
  for (const HfTensor& entry : hf_format(config).hf_tensors()) {
    const auto found = ours.find(entry.ours);
    TWOFOLD_EXPECT(found != ours.end(), "no tensor " + entry.ours + " to export");
    const at::Tensor value = entry.transpose ? found->second.t() : found->second;
    theirs.emplace_back(entry.theirs, value.detach().to(dtype).contiguous());
  }
  return theirs;
}

/// Groups of at most `limit` bytes each (or one tensor), in order.
std::vector<NamedTensors> split_shards(const NamedTensors& tensors, int64_t limit) {
  std::vector<NamedTensors> shards(1);
  int64_t bytes = 0;
  for (const auto& [name, tensor] : tensors) {
    const int64_t size = static_cast<int64_t>(tensor.nbytes());
    if (bytes > 0 && bytes + size > limit) {
      shards.emplace_back();
      bytes = 0;
    }
    shards.back().emplace_back(name, tensor);
    bytes += size;
  }
  return shards;
}

void write_weights(const NamedTensors& tensors, const Path& folder, int64_t shard_bytes) {
  const std::vector<NamedTensors> shards = split_shards(tensors, shard_bytes);
  if (shards.size() == 1) {
    write_tensors(folder / formats::kSingleFile, tensors, kMetadata);
    return;
  }
  nlohmann::json index = {{"metadata", nlohmann::json::object()}};
  int64_t total = 0;
  for (size_t i = 0; i < shards.size(); ++i) {
    const std::string file = fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, shards.size());
    write_tensors(folder / file, shards[i], kMetadata);
    for (const auto& [name, tensor] : shards[i]) {
      index["weight_map"][name] = file;
      total += static_cast<int64_t>(tensor.nbytes());
    }
  }
  index["metadata"]["total_size"] = total;
  write_atomic(folder / formats::kIndexFile, index.dump(2) + "\n");
}

nlohmann::json generation_config(const nlohmann::json& config) {
  nlohmann::json out = {{"_from_model_config", true}};
  for (const char* name : {"bos_token_id", "eos_token_id"}) {
    if (!config.at(name).is_null()) out[name] = config.at(name);
  }
  return out;
}

}  // namespace

void save_hf_folder(const ModelConfig& config, const NamedTensors& tensors,
                    const std::string& dtype, const Path& folder, int64_t shard_bytes) {
  const at::NoGradGuard no_grad;
  const nlohmann::json json = hf_format(config).to_hf(dtype);
  Unpublished building(folder);
  std::error_code failure;
  std::filesystem::create_directories(building.path(), failure);
  if (failure) fail_io("create folder", building.path(), failure.value());
  write_weights(translated(config, tensors, scalar_type(dtype)), building.path(), shard_bytes);
  write_atomic(building.path() / "config.json", json.dump(2) + "\n");
  write_atomic(building.path() / kGenerationConfig, generation_config(json).dump(2) + "\n");
  building.publish();
}

}  // namespace twofold
