#include "interop/peft/foreign.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.h"
#include "formats/hub_cache.h"
#include "interop/peft/config.h"

namespace twofold {
namespace {

/// Adapters of another program whose configuration has the same name as PEFT's.
struct ForeignAdapter {
  const char* program;
  std::vector<const char*> keys;  ///< one of them is in each of its configurations
  const char* remedy;
};
const ForeignAdapter kForeign[] = {
    {"mlx-lm",
     {"lora_parameters", "fine_tune_type"},
     "`mlx_lm.fuse --model MODEL --adapter-path DIR --save-path OUT` adds it to its model (with "
     "--dequantize if MODEL is quantised): OUT is then a model's folder"},
    {"the library `adapters`",
     {"model_class"},
     "add it to its model there (merge_adapter) and save that: it is then a model's folder"},
};

}  // namespace

void refuse_foreign(const formats::JsonReader& reader, const Path& folder) {
  if (reader.has("peft_type")) return;
  for (const ForeignAdapter& foreign : kForeign) {
    for (const char* key : foreign.keys) {
      if (!reader.has(key)) continue;
      fail({.what = std::string("an adapter of ") + foreign.program + ", not of PEFT",
            .where = folder.string(),
            .expected = "an adapter_config.json with a peft_type, as PEFT writes it",
            .found = std::string("one with ") + key,
            .hint = foreign.remedy});
    }
  }
}

void fail_no_config(const Path& folder) {
  const bool there = std::filesystem::exists(folder);
  const bool mlx = std::filesystem::exists(folder / "adapters.safetensors") ||
                   std::filesystem::exists(folder / "adapters.npz");
  fail({.what = "not a PEFT folder",
        .where = folder.string(),
        .expected = std::string(kPeftConfigFile) + " and " + kPeftWeightsFile,
        .found = there
                     ? std::string("no ") + kPeftConfigFile + (mlx ? ", but weights of mlx-lm" : "")
                     : formats::absence(folder),
        .hint = mlx ? kForeign[0].remedy : "give the folder that PEFT's save_pretrained wrote"});
}

}  // namespace twofold
