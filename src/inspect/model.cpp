// Hugging Face model folders.
#include "twofold/model/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/fields.h"
#include "formats/json.h"
#include "formats/sharded.h"
#include "inspect/inspect.h"
#include "model/families/registry.h"
#include "model/hf/hugging_face.h"
#include "run/registry.h"
#include "tokenizer/load/files.h"

namespace twofold {
namespace {

using nlohmann::json;

TensorSums sums_of(const formats::TensorFolder& folder) {
  TensorSums sums;
  for (const formats::LocatedTensor& tensor : folder.tensors) {
    sums.add(tensor.entry);
  }
  return sums;
}

std::string shards_of(const formats::TensorFolder& folder) {
  std::vector<const formats::SafetensorsFile*> files;
  for (const formats::LocatedTensor& tensor : folder.tensors) {
    if (std::find(files.begin(), files.end(), tensor.file.get()) == files.end()) {
      files.push_back(tensor.file.get());
    }
  }
  return files.size() == 1 ? "one file" : fmt::format("{} shards", files.size());
}

std::string tokenizer_text(const Path& folder) {
  const std::vector<std::string> found = tokenizer_files_in(folder);
  return found.empty() ? "none" : join(found, ", ");
}

std::vector<std::string> jobs_of(const std::string& family) {
  std::vector<std::string> names;
  for (const JobEntry& entry : job_registry()) {
    if (entry.name.starts_with(family + "/")) names.push_back(entry.name);
  }
  return names;
}

/// The settings that the folder fills, without those that stand as they are by default.
void add_settings(Table& table, ModelConfig& config) {
  config::Fields fields = config::fields_of(config);
  for (const char* key : {"block_size", "n_layers", "n_embd", "n_head", "n_kv_head", "head_dim",
                          "intermediate_size", "vocab_size", "tie_word_embeddings", "rope_theta",
                          "rope_scaling/rope_type", "sliding_window"}) {
    const std::string wanted = std::string("architecture/") + key;
    for (const auto& field : fields.all()) {
      if (field->key == wanted) table.rows.push_back({wanted, config::value_text(*field)});
    }
  }
}

Table plan_for_model(const Path& path, const ModelConfig& config, int64_t parameters) {
  const std::vector<std::string> jobs = jobs_of(config.family());
  Table table{.title = "What twofold does with it"};
  table.rows.push_back({"jobs", join(jobs, ", ")});
  table.rows.push_back({"in a config", "architecture/backbone/weights: " + path.string()});
  table.rows.push_back(
      {"memory of the weights", fmt::format("{} (float32), {} (bfloat16)",
                                            human_bytes(4.0 * static_cast<double>(parameters)),
                                            human_bytes(2.0 * static_cast<double>(parameters)))});
  table.note =
      fmt::format("adapters: twofold configure {} run.yaml architecture.backbone.weights={}",
                  jobs.empty() ? "JOB" : jobs.back(), path.string());
  return table;
}

}  // namespace

bool is_model_folder(const Path& path) {
  if (!has_file(path, "config.json")) return false;
  return has_file(path, formats::kSingleFile) || has_file(path, formats::kIndexFile) ||
         has_file(path, "pytorch_model.bin") ||
         read_json(path / "config.json").contains("model_type");
}

std::vector<Table> inspect_model_folder(const Path& path) {
  Table files{.title = "Model folder " + path.string()};
  const json described = read_json(path / "config.json");
  for (const char* key : {"model_type", "architectures", "torch_dtype", "dtype"}) {
    if (described.contains(key))
      files.rows.push_back({key, formats::printable(described.at(key).dump())});
  }
  files.rows.push_back({"tokenizer", tokenizer_text(path)});
  try {
    const formats::TensorFolder folder = formats::open_tensor_folder(path);
    files.rows.push_back({"weights", shards_of(folder)});
    files.rows.push_back(sums_of(folder).row());
    for (const std::string& warning : folder.warnings) files.rows.push_back({"warning", warning});
    const std::unique_ptr<ModelConfig> config = config_of_hf_folder(path);
    const std::unique_ptr<Model> model = config->build();
    const int64_t parameters = model->parameters().count();
    files.rows.push_back({"family", config->family()});
    files.rows.push_back({"parameters", with_thousands(parameters)});
    if (sums_of(folder).elements() < parameters) {
      files.rows.push_back({"warning", "the files hold fewer elements than the architecture has"});
    }
    add_settings(files, *config);
    return {files, plan_for_model(path, *config, parameters)};
  } catch (const Error& error) {
    return {files, problem_table("twofold refuses it", error)};
  }
}

}  // namespace twofold
