#pragma once
// What a model is worth: its scores on tasks, with how sure they are.
//
//   twofold::evaluate({.model = "path/to/Qwen3-0.6B"}, {.tasks = {"piqa"}, .data = "data/eval"},
//   me);
//
// Faults of the input are thrown as twofold::Error.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "twofold/model.h"
#include "twofold/observer.h"

namespace twofold {

struct EvaluateRequest {
  std::vector<std::string> tasks = {};      ///< ids of built-in tasks, or YAML files
  std::filesystem::path data = {};          ///< folder of their files; empty: ROOT/eval of a run
  std::optional<int64_t> limit = {};        ///< the first so many documents of each
  std::optional<int64_t> num_fewshot = {};  ///< examples in front of each, in place of the tasks'
  std::vector<double> adapter_scales = {};  ///< of adapters: each is scored; empty: 1
  std::optional<std::filesystem::path> json = {};     ///< file for the scores
  std::optional<std::filesystem::path> samples = {};  ///< folder for each item's answer
  std::optional<std::filesystem::path> gate = {};     ///< YAML file: what must have been reached
};

/// Scores the model on the tasks and shows a table of them. False if there is a gate and the model
/// does not meet it.
bool evaluate(const ModelSource& source, const EvaluateRequest& request, Observer& observer);
/// The ids of the built-in tasks.
std::vector<std::string> evaluation_tasks();

}  // namespace twofold
