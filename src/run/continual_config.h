#pragma once
// The settings of the jobs continual/train/*: several tasks in turn.

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "config/fields.h"
#include "data/order/fade.h"
#include "run/config.h"

namespace twofold {

/// `training/fade/*`: how the stages of phase 1 give way to each other.
struct FadeConfig {
  double overlap = 0;
  FadeCurve curve = FadeCurve::kLinear;
  double steepness = 10;
  std::vector<double> per_boundary_overlap = {};
  void declare(config::Fields& fields);
  /// The overlap of each boundary between `stages` stages. Throws an Error if there are values for
  /// other boundaries than these.
  std::vector<double> overlaps(size_t stages) const;
  /// The setting that the overlap of boundary `i` is from.
  std::string key(size_t i) const;
};

/// Whether phase 2 trains adapters, or all parameters for comparison.
enum class Control { kNone, kFull };
inline std::array<std::pair<Control, const char*>, 2> config_names(Control) {
  return {{{Control::kNone, "none"}, {Control::kFull, "full"}}};
}

struct ContinualConfig {
  std::string family = "gpt";  ///< architecture/family
  std::vector<int64_t> tokens = {1'000'000'000, 100'000'000, 100'000'000, 100'000'000, 100'000'000};
  std::vector<Mixture> dataset = first_mixtures();
  std::vector<int64_t> post_lora_tokens = {100'000'000};
  std::vector<Mixture> post_lora_dataset = {
      {{.name = "fineweb", .rate = 1.0, .style = DatasetStyle::PMD, .suffix = ""}}};
  FadeConfig fade = {};
  bool skip_first_dataset_validation = false;
  bool reset_optimizer = false;
  Control control = Control::kNone;

  /// `adapts`: of a job that has a phase 2.
  void declare(config::Fields& fields, bool adapts);
  /// Throw an Error if budgets and mixtures do not pair up, or there are none.
  std::vector<StageConfig> stages(bool adapts) const;
  std::vector<StageConfig> post_stages() const;
  std::vector<StageMixture> mixtures(bool adapts) const;

 private:
  static std::vector<Mixture> first_mixtures();
};

}  // namespace twofold
