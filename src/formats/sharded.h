#pragma once
// A folder of weights: model.safetensors, or shards and their model.safetensors.index.json.

#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "formats/safetensors.h"

namespace twofold::formats {

inline constexpr const char* kSingleFile = "model.safetensors";
inline constexpr const char* kIndexFile = "model.safetensors.index.json";

/// A tensor and the file that holds its bytes.
struct LocatedTensor {
  TensorEntry entry;
  std::shared_ptr<const SafetensorsFile> file;
};

struct TensorFolder {
  std::vector<LocatedTensor> tensors;  ///< by name; each name once
  std::vector<std::string> warnings;   ///< e.g. an index whose total_size is not the tensors' sum

  const LocatedTensor* find(const std::string& name) const;
};

/// Opens (maps, validates) all weights of hub_folder(named); the single file wins when there are
/// both, as in transformers. Tensors of a shard that the index does not list are part of the
/// result. Throws an Error with every problem: no weights, a malformed index, shard names that
/// leave the folder, missing or broken shards, tensors that the index places in a shard that lacks
/// them, a tensor in two shards.
TensorFolder open_tensor_folder(const Path& named);

}  // namespace twofold::formats
