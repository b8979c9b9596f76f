#pragma once
// Which stages serve the rows of a step. At a boundary one stage gives way to the next: at once, or
// with a fade, over the steps around it. A pure function of the step; over a whole fade every stage
// serves as many rows as without it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace twofold {

/// How the share of the next stage rises from 0 to 1 over a fade.
enum class FadeCurve { kLinear, kCosine, kSigmoid };

inline std::array<std::pair<FadeCurve, const char*>, 3> config_names(FadeCurve) {
  return {{{FadeCurve::kLinear, "linear"},
           {FadeCurve::kCosine, "cosine"},
           {FadeCurve::kSigmoid, "sigmoid"}}};
}

struct Fade {
  FadeCurve curve = FadeCurve::kLinear;
  double steepness = 10;  ///< of the sigmoid
  /// Half its length in steps, at each boundary; where the list ends, or for 0: none.
  std::vector<double> half_lengths = {};
};

/// Rows first … first + count − 1 of a stage, in that stage's own order.
struct StageRows {
  size_t stage = 0;
  int64_t first = 0, count = 0;
  bool operator==(const StageRows&) const = default;
};

class StageOrder {
 public:
  /// The fades at both ends of a stage must fit into its steps together.
  StageOrder(const std::vector<int64_t>& stage_steps, Fade fade, int64_t batch_size);
  /// The stages that serve step `step`, in order: `batch_size` rows together.
  std::vector<StageRows> of_step(int64_t step) const;

 private:
  /// Of the steps before `step`, the rows that stage `stage` and those after it have served.
  int64_t served_from(size_t stage, int64_t step) const;
  std::vector<int64_t> begins_;  ///< of each stage, in steps
  Fade fade_;
  int64_t batch_size_;
};

}  // namespace twofold
