#include "run/plan/usual_rate.h"

#include <cmath>

#include "lora/init/init.h"

namespace twofold {
namespace {

constexpr double kAlpha = 32;  ///< of the source of usual_adapter_rate
constexpr double kFullToAdapter = 0.1;

/// The standard deviation of A's numbers divided by that of PEFT's start, 1/√(3·width).
double start_of_A(const LoRAConfig& config, double width) {
  if (config.init == "kaiming") return 1;
  return std::sqrt(3 * width) / static_cast<double>(config.rank);
}

/// Both factors start as √(Σ/s) of the weight's largest singular values Σ, and both move: a step
/// changes W by √(6·Σ/s) of what it changes with PEFT's start. Σ of a trained square matrix is
/// taken as 0.04·√width, twice that of one that is drawn with deviation 0.01.
double start_from_weights(double scale, double width) {
  return std::sqrt(6 * 0.04 * std::sqrt(width) / scale);
}

}  // namespace

double usual_adapter_rate(int64_t width) {
  return 5e-4 * std::pow(2000 / static_cast<double>(width), 0.781);
}

double usual_tuning_rate(int64_t width) { return kFullToAdapter * usual_adapter_rate(width); }

/// 6e-4 at width 768 (125M parameters), 2e-4 at 2048 (1.3B), 0.6e-4 at 12288 (175B).
double usual_pretraining_rate(int64_t width) {
  return 6e-4 * std::pow(768 / static_cast<double>(width), 0.83);
}

std::optional<double> comparable_rate(const LoRAConfig& config, double lr, int64_t width) {
  if (config.variant != "lora" || !config.from_adapter.empty()) return {};
  const auto in = static_cast<double>(width);
  const double scale = config.scale();
  const double start = init_method(config.init).from_weights ? start_from_weights(scale, in)
                                                             : start_of_A(config, in);
  return lr * scale * static_cast<double>(config.rank) / kAlpha * start * config.lr_ratio;
}

}  // namespace twofold
