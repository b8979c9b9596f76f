// Model folders, adapters and tokenizers of the Hugging Face world.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "formats/json.h"
#include "formats/sharded.h"
#include "interop/gguf_vocab.h"
#include "job/inspect.h"
#include "job/job.h"
#include "model/hugging_face.h"
#include "model/model.h"

namespace twofold {
namespace {

using nlohmann::json;

bool has(const Path& folder, const char* name) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(folder / name, ignored);
}

json read_json(const Path& file) { return formats::parse_json(read_text(file), file.string()); }

int64_t elements(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

TensorSums sums_of(const formats::TensorFolder& folder) {
  TensorSums sums;
  for (const formats::LocatedTensor& tensor : folder.tensors) {
    sums.add(std::string(formats::safetensors_name(tensor.entry.dtype)),
             elements(tensor.entry.shape),
             static_cast<int64_t>(tensor.entry.end - tensor.entry.begin));
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

std::string tokenizer_files(const Path& folder) {
  std::vector<std::string> found;
  for (const char* name : {"tokenizer.json", "tokenizer.model", "vocab.json", "merges.txt",
                           "tokenizer_config.json", "chat_template.jinja"}) {
    if (has(folder, name)) found.emplace_back(name);
  }
  return found.empty() ? "none" : join(found, ", ");
}

std::vector<std::string> jobs_of(const std::string& family) {
  std::vector<std::string> names;
  for (const JobEntry& entry : job_registry()) {
    const std::string name = entry.name;
    if (name.starts_with(family + "/")) names.push_back(name);
  }
  return names;
}

/// The settings that the folder fills, without those that stand as they are by default.
void add_settings(Table& table, ModelConfig& config) {
  config::Fields fields;
  config.declare(fields);
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
  if (!has(path, "config.json")) return false;
  return has(path, formats::kSingleFile) || has(path, formats::kIndexFile) ||
         has(path, "pytorch_model.bin") || read_json(path / "config.json").contains("model_type");
}

std::vector<Table> inspect_model_folder(const Path& path) {
  Table files{.title = "Model folder " + path.string()};
  const json described = read_json(path / "config.json");
  for (const char* key : {"model_type", "architectures", "torch_dtype", "dtype"}) {
    if (described.contains(key))
      files.rows.push_back({key, formats::printable(described.at(key).dump())});
  }
  files.rows.push_back({"tokenizer", tokenizer_files(path)});
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

bool is_adapter_folder(const Path& path) { return has(path, "adapter_config.json"); }

std::vector<Table> inspect_adapter_folder(const Path& path) {
  Table table{.title = "Adapter " + path.string()};
  const json config = read_json(path / "adapter_config.json");
  if (!config.is_object()) {
    fail({.what = "not an adapter's config",
          .where = (path / "adapter_config.json").string(),
          .expected = "an object"});
  }
  for (const char* key :
       {"peft_type", "task_type", "base_model_name_or_path", "r", "lora_alpha", "lora_dropout",
        "target_modules", "exclude_modules", "modules_to_save", "rank_pattern", "alpha_pattern",
        "layers_to_transform", "bias", "use_rslora", "use_dora", "init_lora_weights",
        "trainable_token_indices"}) {
    const auto found = config.find(key);
    if (found == config.end() || found->is_null() || *found == false) continue;
    if (found->is_structured() && found->empty()) continue;
    table.rows.push_back({key, formats::printable(found->dump(), 200)});
  }
  if (!has(path, "adapter_model.safetensors")) {
    table.rows.push_back({"warning", has(path, "adapter_model.bin")
                                         ? "only adapter_model.bin: save it once more with PEFT"
                                         : "no adapter_model.safetensors"});
    return {table};
  }
  const formats::SafetensorsFile file(path / "adapter_model.safetensors");
  TensorSums sums;
  int64_t pairs = 0, other = 0;
  for (const formats::TensorEntry& entry : file.tensors()) {
    sums.add(std::string(formats::safetensors_name(entry.dtype)), elements(entry.shape),
             static_cast<int64_t>(entry.end - entry.begin));
    if (entry.name.find("lora_A") != entry.name.npos ||
        entry.name.find("lora_embedding_A") != entry.name.npos) {
      ++pairs;
    } else if (entry.name.find("lora_B") == entry.name.npos &&
               entry.name.find("lora_embedding_B") == entry.name.npos) {
      ++other;
    }
  }
  table.rows.push_back(sums.row());
  table.rows.push_back({"adapted modules", std::to_string(pairs)});
  if (other > 0) table.rows.push_back({"other tensors", std::to_string(other)});
  return {table};
}

bool is_tokenizer(const Path& path) {
  const std::string name = path.filename().string();
  if (std::filesystem::is_directory(path)) {
    return has(path, "tokenizer.json") || has(path, "tokenizer.model");
  }
  return name == "tokenizer.json" || name.ends_with(".tiktoken") || name == "vocab.bpe" ||
         name == "tokenizer.model";
}

std::vector<Table> inspect_tokenizer(const Path& path) {
  const Path file =
      std::filesystem::is_directory(path)
          ? path / (has(path, "tokenizer.json") ? "tokenizer.json" : "tokenizer.model")
          : path;
  Table table{.title = "Tokenizer " + file.string()};
  if (file.extension() != ".json") {
    table.rows.push_back(
        {"file", human_bytes(static_cast<double>(std::filesystem::file_size(file)))});
    return {table};
  }
  const json root = read_json(file);
  const json model = root.value("model", json::object());
  table.rows.push_back({"model", model.value("type", "not said")});
  table.rows.push_back({"vocabulary", with_thousands(static_cast<int64_t>(
                                          model.value("vocab", json::object()).size()))});
  if (model.contains("merges")) {
    table.rows.push_back(
        {"merges", with_thousands(static_cast<int64_t>(model.at("merges").size()))});
  }
  table.rows.push_back(
      {"added tokens", std::to_string(root.value("added_tokens", json::array()).size())});
  for (const char* part : {"normalizer", "pre_tokenizer", "post_processor", "decoder"}) {
    const json step = root.value(part, json());
    table.rows.push_back({part, step.is_object() ? step.value("type", "not said") : "none"});
  }
  try {
    const GgufVocab vocab = gguf_vocab_of_json(file);
    table.rows.push_back(
        {"in GGUF", vocab.model + (vocab.pre.empty() ? "" : ", splitter " + vocab.pre)});
  } catch (const Error& error) {
    table.rows.push_back({"in GGUF", "no_vocab: " + error.problems().front().what});
  }
  return {table};
}

}  // namespace twofold
