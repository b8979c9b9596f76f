#include "run/adapters/warm_start.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/error.h"
#include "config/check.h"
#include "config/fields.h"
#include "interop/peft/coverage.h"
#include "interop/peft/merge.h"
#include "interop/peft/peft.h"
#include "lora/select/selection.h"
#include "tokenizer/config.h"
#include "twofold/config/field.h"
#include "twofold/lora/lora.h"
#include "twofold/model/model.h"

namespace twofold {
namespace {

/// The adapter must train the rows of the added tokens.
void check_rows(const LoRAConfig& wanted, LoRAConfig& found, const Model& model,
                std::vector<Problem>& problems) {
  const RowIds theirs = found.trained_tokens;
  if (wanted.trained_tokens.empty()) return;
  found.trained_tokens = wanted.trained_tokens;
  for (const auto& [leaf, rows] : rows_trained_apart(model.parameters(), found)) {
    const auto own = theirs.find(leaf);
    if (own != theirs.end() && own->second == rows) continue;
    problems.push_back(
        {.what = "the adapter to start from does not train the rows of the tokens that are added",
         .where = std::string(kAddTokens) + ", " + wanted.from_adapter,
         .expected = "an adapter whose trainable_token_indices are their ids",
         .found = own == theirs.end() ? "none for " + leaf : "others for " + leaf,
         .hint = "leave tokenizer/add_tokens out, or start from an adapter that was trained with "
                 "the same tokens"});
  }
}

}  // namespace

std::string asks_to_untie(const std::vector<std::string>& folders, const ModelConfig& model) {
  for (const std::string& folder : folders) {
    try {
      if (trains_ends_apart(weighted_folder(folder).folder, model)) return folder;
    } catch (const Error&) {
      continue;  // whoever loads it says what is wrong with it
    }
  }
  return {};
}

namespace {

using IsSet = std::function<bool(const std::string& key)>;

/// What PEFT computes with and nobody can train on, such as a scale of 0.
void check_ranges(LoRAConfig& found, const std::string& folder, std::vector<Problem>& problems) {
  const config::Fields fields = config::fields_of(found);
  for (const std::string& key : keys_of_adapter()) {
    const config::Field& field = *fields.find(key);
    const size_t before = problems.size();
    config::check(field.get(), field.shape, field.constraint, key, false, problems);
    for (size_t i = before; i < problems.size(); ++i) {
      problems[i].where += ", " + folder;
      problems[i].hint = "this adapter cannot be trained on: start from another";
    }
  }
}

/// Lines for what the adapter's folder fills in, and problems for what the user set otherwise.
std::vector<std::string> compare_settings(LoRAConfig& lora, LoRAConfig& found, const IsSet& is_set,
                                          std::vector<Problem>& problems) {
  const config::Fields theirs = config::fields_of(found), ours = config::fields_of(lora);
  std::vector<std::string> lines;
  for (const std::string& key : keys_of_adapter()) {
    const std::string value = config::value_text(*theirs.find(key));
    const std::string own = config::value_text(*ours.find(key));
    if (value == own) continue;
    if (!is_set(key)) {
      lines.push_back(key + " = " + value + " from " + lora.from_adapter);
      continue;
    }
    problems.push_back({.what = "the adapter to start from has another value",
                        .where = key + ", " + lora.from_adapter,
                        .expected = value,
                        .found = own,
                        .hint = "leave the key out: the adapter's folder decides it"});
  }
  return lines;
}

}  // namespace

std::vector<std::string> fill_from_adapter(LoRAConfig& lora, const ModelConfig& model,
                                           const std::vector<std::string>& set_keys) {
  const std::unique_ptr<Model> built = model.build();
  LoRAConfig found = read_peft_folder(lora.from_adapter, model, built->parameters()).lora;
  const IsSet is_set = [&](const std::string& key) {
    return std::find(set_keys.begin(), set_keys.end(), key) != set_keys.end();
  };
  std::vector<Problem> problems;
  const std::vector<std::string> lines = compare_settings(lora, found, is_set, problems);
  if (lora.init != LoRAConfig{}.init) {
    problems.push_back({.what = "a start from an adapter needs no other",
                        .where = "optimization/lora/init",
                        .expected = "no such key beside optimization/lora/from_adapter",
                        .found = lora.init,
                        .hint = "leave one of the two out"});
  }
  check_ranges(found, lora.from_adapter, problems);
  check_rows(lora, found, *built, problems);
  if (!problems.empty()) throw Error(std::move(problems));
  // The rest is this run's own.
  found.dropout = is_set("optimization/lora/dropout") ? lora.dropout : found.dropout;
  found.lr_ratio = lora.lr_ratio;
  found.from_adapter = lora.from_adapter;
  found.base_adapters = lora.base_adapters;
  found.base_dtype = lora.base_dtype;
  found.lr = lora.lr;
  lora = found;
  return lines;
}

void fill_from_saved(LoRAConfig& lora, LoRAConfig& saved,
                     const std::vector<std::string>& set_keys) {
  const config::Fields theirs = config::fields_of(saved), ours = config::fields_of(lora);
  std::vector<std::string> keys = keys_of_adapter();
  keys.emplace_back("optimization/lora/dropout");
  for (const std::string& key : keys) {
    if (std::find(set_keys.begin(), set_keys.end(), key) != set_keys.end()) continue;
    for (const auto& set : ours.find(key)->set) set(theirs.find(key)->get());
  }
}

}  // namespace twofold
