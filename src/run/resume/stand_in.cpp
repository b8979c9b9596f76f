#include "run/resume/stand_in.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "formats/hub_cache.h"
#include "interop/peft/merge.h"
#include "model/hf/hugging_face.h"
#include "run/resume/saved_config.h"
#include "tokenizer/load/files.h"

namespace twofold {
namespace {

constexpr const char* kWeights = "architecture/backbone/weights";

bool is_found(const Path& place) {
  std::error_code ignored;
  return std::filesystem::exists(place, ignored);
}

/// Of a place that a user named, which may be a model of the Hub's cache.
bool is_there(const Path& named, const char* file = nullptr) {
  try {
    const Path place = formats::hub_folder(named);
    return is_found(file ? place / file : place);
  } catch (const Error&) {  // there, and whoever reads it says what is wrong with it
    return true;
  }
}

bool weights_are_gone(const RunConfig& config) {
  const Path folder = config.model->weights;
  return !folder.empty() && !is_there(folder, "config.json");
}

std::string gone_tokenizer(const TokenizerConfig& tokenizer) {
  const std::string place = tokenizer.place();
  return place.empty() || is_there(place) ? "" : place;
}

std::vector<std::string> gone_adapters(const LoRAConfig& lora) {
  std::vector<std::string> gone;
  if (!lora.from_adapter.empty() && !is_there(lora.from_adapter)) gone.push_back(lora.from_adapter);
  for (const std::string& text : lora.base_adapters) {
    const Path folder = weighted_folder(text).folder;
    if (!is_there(folder)) gone.push_back(folder.string());
  }
  return gone;
}

std::optional<CheckpointInfo> checkpoint_of(const ExecutionSpec& spec,
                                            const std::optional<std::string>& restore) {
  const auto silent = [](const std::string&) {};  // the run itself warns of what is damaged
  if (auto own = CheckpointStore(spec.checkpoints()).newest_valid(silent)) return own;
  if (!restore) return std::nullopt;
  return CheckpointStore::open(spec.root / "checkpoints" / *restore, *restore);
}

}  // namespace

std::unique_ptr<StandIn> find_stand_in(const RunConfig& config, const ExecutionSpec& spec,
                                       const std::optional<std::string>& restore) {
  const std::string tokenizer = gone_tokenizer(config.tokenizer);
  const std::vector<std::string> adapters = gone_adapters(config.lora);
  const bool weights = weights_are_gone(config);
  if (spec.name.empty() || (!weights && tokenizer.empty() && adapters.empty())) return nullptr;
  const std::optional<CheckpointInfo> checkpoint = checkpoint_of(spec, restore);
  if (!checkpoint) return nullptr;
  auto found = std::make_unique<StandIn>(StandIn{.checkpoint = *checkpoint,
                                                 .saved = saved_config(*checkpoint),
                                                 .kept = CheckpointStore::kept(*checkpoint),
                                                 .weights = weights,
                                                 .adapters = !adapters.empty()});
  found->tokenizer = !tokenizer.empty() && hold_tokenizer(found->kept);
  const auto note = [&](const std::string& key, const std::string& place) {
    found->notes.push_back(
        fmt::format("{} is not there: {} has what the run needs of it ({} may be "
                    "set anew)",
                    place, checkpoint->suffix, key));
  };
  if (weights) note(kWeights, config.model->weights);
  if (found->tokenizer) note("tokenizer/*", tokenizer);
  if (found->adapters) note("optimization/lora/*_adapter*", join(adapters, ", "));
  return found;
}

void require_weights(const Path& named) {
  if (is_found(hf_config_file(named))) return;
  const Path folder = formats::hub_folder(named);
  fail({.what = "there are no weights to begin with",
        .where = fmt::format("{}: {}", kWeights, named.string()),
        .expected = "a Hugging Face folder with a config.json",
        .found = is_found(folder) ? "no config.json in it" : formats::absence(folder),
        .hint = "architecture.backbone.weights=FOLDER says where it is now; a run that has saved a "
                "checkpoint goes on without it"});
}

TokenizerConfig tokenizer_of_run(const RunConfig& config, const StandIn* stand_in) {
  const TokenizerConfig tokenizer = tokenizer_of(config.tokenizer, config.model->weights);
  const bool gone = stand_in && (stand_in->tokenizer || stand_in->weights);
  if (!gone) return tokenizer;
  return tokenizer_in(CheckpointStore::kept_folder(stand_in->checkpoint), stand_in->kept,
                      tokenizer);
}

}  // namespace twofold
