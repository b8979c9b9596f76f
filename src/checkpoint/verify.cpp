// Opening a checkpoint: nothing of it is used before all of it has been verified.

#include <fmt/format.h>

#include "base/error.h"
#include "checkpoint/manifest.h"
#include "checkpoint/publish.h"
#include "checkpoint/store.h"
#include "formats/json.h"
#include "tensor/finite.h"
#include "tensor/io.h"

namespace twofold {
namespace {

Path tensor_file(const CheckpointInfo& info, const std::string& stem) {
  return info.folder / (stem + ".safetensors");
}

int64_t number(const nlohmann::json& state, const char* key, int64_t otherwise) {
  const auto found = state.is_object() ? state.find(key) : state.end();
  return found != state.end() && found->is_number_integer() ? found->get<int64_t>() : otherwise;
}

}  // namespace

int64_t CheckpointInfo::step() const { return number(state, "step", 0); }
int64_t CheckpointInfo::tokens() const { return number(state, "tokens", 0); }
int CheckpointInfo::phase() const { return static_cast<int>(number(state, "phase", 1)); }

CheckpointInfo CheckpointStore::open(const Path& checkpoint_folder, const std::string& suffix) {
  const Path folder = resolve_published(checkpoint_folder);
  if (!std::filesystem::is_directory(folder)) {
    fail({.what = "no such checkpoint",
          .where = folder.string(),
          .expected = fmt::format("a folder with the checkpoint `{}`", suffix),
          .found = std::filesystem::exists(folder) ? "not a folder" : "nothing",
          .hint = "`twofold checkpoints NAME ROOT` lists those of a run"});
  }
  const Manifest manifest = Manifest::read(folder);
  manifest.check_contents(folder);
  const Path state = folder / "state.json";
  return {.suffix = suffix,
          .folder = folder,
          .state = formats::parse_json(read_text(state), state.string()),
          .bytes = manifest.total_bytes()};
}

NamedTensors CheckpointStore::read(const CheckpointInfo& info, const std::string& stem) {
  if (!has(info, stem)) {
    fail({.what = fmt::format("the checkpoint holds no {} tensors", stem),
          .where = tensor_file(info, stem).string(),
          .expected = fmt::format("a checkpoint with {}.safetensors", stem),
          .found = fmt::format("a checkpoint of phase {}", info.phase()),
          .hint = "`twofold checkpoints NAME ROOT` says which phase each one is of"});
  }
  return read_tensors(tensor_file(info, stem));
}

NamedTensors CheckpointStore::read_weights(const CheckpointInfo& info, const std::string& stem) {
  NamedTensors tensors = read(info, stem);
  const std::string file = tensor_file(info, stem).string();
  std::vector<Problem> problems;
  for (const auto& [name, tensor] : tensors) {
    std::optional<Problem> fault = find_not_finite(tensor, file + ": " + name);
    if (!fault) continue;
    fault->hint =
        "choose another checkpoint of this run, or start anew from weights that are finite";
    problems.push_back(std::move(*fault));
  }
  throw_first_problems(std::move(problems), file);
  return tensors;
}

bool CheckpointStore::has(const CheckpointInfo& info, const std::string& stem) {
  return std::filesystem::exists(tensor_file(info, stem));
}

FileTexts CheckpointStore::kept(const CheckpointInfo& info) {
  FileTexts files;
  const std::string prefix = std::string(kKeptFolder) + "/";
  for (const auto& [name, record] : Manifest::read(info.folder).files) {
    if (name.starts_with(prefix)) files[name.substr(prefix.size())] = read_text(info.folder / name);
  }
  return files;
}

std::string CheckpointStore::config_yaml(const CheckpointInfo& info) {
  return read_text(info.folder / "config.yaml");
}

}  // namespace twofold
