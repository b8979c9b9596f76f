#include "formats/no_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "formats/hub_cache.h"
#include "formats/sharded.h"

namespace twofold::formats {
namespace {

/// Files by which a folder is known that has no weights for us; * stands for anything.
struct Instead {
  std::string_view pattern;
  const char* what;
  const char* hint;
};

constexpr const char* kLoadAndSave =
    "load it with transformers and save it: save_pretrained writes safetensors";
// The first that fits a file of the folder is shown.
constexpr Instead kInstead[] = {
    {kSingleFile, "a link to nothing", "the download is not complete: fetch the file again"},
    {"consolidated*.safetensors", "weights under Mistral's own names",
     "take model.safetensors, or the shards and their index, which the same repository has beside "
     "it"},
    {"*-of-*.safetensors", "shards without their index",
     "copy or download model.safetensors.index.json too: it says which shard holds which tensor"},
    {"pytorch_model*.bin*", "weights of PyTorch as a pickle", kLoadAndSave},
    {"*.pth", "weights of PyTorch as a pickle",
     "take the model in Hugging Face's format: a config.json and safetensors"},
    {"adapter_config.json", "an adapter",
     "give the folder of the model that it is for; this one goes to --adapter or from_adapter"},
    {"*.safetensors", "weights under another name",
     "rename the file to model.safetensors if it holds the whole model"},
    {"*.gguf", "weights for llama.cpp",
     "take the model in Hugging Face's format: a config.json "
     "and safetensors"},
    {"*.h5", "weights of TensorFlow", kLoadAndSave},
    {"*.msgpack", "weights of Flax", kLoadAndSave},
};

bool is_like(std::string_view name, std::string_view pattern) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] != '*') {
    return !name.empty() && name[0] == pattern[0] && is_like(name.substr(1), pattern.substr(1));
  }
  return is_like(name, pattern.substr(1)) || (!name.empty() && is_like(name.substr(1), pattern));
}

std::vector<std::string> names_in(const Path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

void fail_no_weights(const Path& folder) {
  Problem problem{.what = "no weights in the folder",
                  .where = folder.string(),
                  .expected = fmt::format("{} or {}", kSingleFile, kIndexFile),
                  .found = "neither",
                  .hint = "give the folder that holds config.json and the weights"};
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) problem.found = absence(folder);
  const std::vector<std::string> names = names_in(folder);
  for (const Instead& instead : kInstead) {
    const auto name = std::ranges::find_if(
        names, [&](const auto& each) { return is_like(each, instead.pattern); });
    if (name == names.end()) continue;
    problem.found = fmt::format("{}, {}", *name, instead.what);
    problem.hint = instead.hint;
    break;
  }
  fail(std::move(problem));
}

}  // namespace twofold::formats
