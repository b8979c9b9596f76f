// PEFT adapter folders.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "formats/json.h"
#include "inspect/inspect.h"
#include "interop/peft/config.h"
#include "interop/peft/keys.h"

namespace twofold {
namespace {

/// The settings of the config, without those that are null, false or empty.
void add_settings(Table& table, const Path& file) {
  const nlohmann::json config = read_json(file);
  if (!config.is_object()) {
    fail({.what = "not an adapter's config",
          .where = file.string(),
          .expected = "an object",
          .found = formats::printable(config.dump()),
          .hint = "save the adapter once more with PEFT"});
  }
  std::vector<std::string> keys = {
      "peft_type",       "task_type",       "base_model_name_or_path", "r",   "target_modules",
      "exclude_modules", "modules_to_save", "layers_to_transform",     "bias"};
  for (const PeftKeys* type : peft_keys()) {
    for (const std::string& key : type->shown_keys()) keys.push_back(key);
  }
  for (const std::string& key : keys) {
    const auto found = config.find(key);
    if (found == config.end() || found->is_null() || *found == false) continue;
    if (found->is_structured() && found->empty()) continue;
    table.rows.push_back({key, formats::printable(found->dump(), 200)});
  }
}

bool has_one_of(const std::string& name, const std::vector<std::string>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](const std::string& part) { return name.find(part) != std::string::npos; });
}

void add_tensors(Table& table, const Path& file) {
  const formats::SafetensorsFile tensors(file);
  TensorSums sums;
  int64_t pairs = 0, other = 0;
  for (const formats::TensorEntry& entry : tensors.tensors()) {
    sums.add(entry);
    const auto& all = peft_keys();
    const auto any = [&](auto names_of) {
      return std::any_of(all.begin(), all.end(), [&](const PeftKeys* type) {
        return has_one_of(entry.name, (type->*names_of)());
      });
    };
    if (any(&PeftKeys::marks)) {
      ++pairs;
    } else if (!any(&PeftKeys::partners)) {
      ++other;
    }
  }
  table.rows.push_back(sums.row());
  table.rows.push_back({"adapted modules", std::to_string(pairs)});
  if (other > 0) table.rows.push_back({"other tensors", std::to_string(other)});
}

}  // namespace

bool is_adapter_folder(const Path& path) { return has_file(path, kPeftConfigFile); }

std::vector<Table> inspect_adapter_folder(const Path& path) {
  Table table{.title = "Adapter " + path.string()};
  add_settings(table, path / kPeftConfigFile);
  if (has_file(path, kPeftWeightsFile)) {
    add_tensors(table, path / kPeftWeightsFile);
  } else {
    table.rows.push_back({"warning", has_file(path, "adapter_model.bin")
                                         ? "only adapter_model.bin: save it once more with PEFT"
                                         : "no adapter_model.safetensors"});
  }
  try {
    read_peft_config(path / kPeftConfigFile);
  } catch (const Error& error) {
    return {table, problem_table("twofold refuses it", error)};
  }
  const std::string folder = path.string();
  return {
      table,
      {.title = "What twofold does with it",
       .rows = {{"put it on its model", "twofold score|generate MODEL --adapter " + folder},
                {"train it on", "optimization/lora/from_adapter: " + folder},
                {"stack a new one on it", "optimization/lora/base_adapters: [" + folder + "]"}}}};
}

}  // namespace twofold
