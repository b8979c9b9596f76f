// What the machine can do at best: the yardstick of every speed that is reported.

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/random.h"
#include "tensor/machine.h"

namespace twofold {
namespace {

/// Best of several products within a quarter of a second; the first, which warms up, counts too.
double measure_peak() {
  using Clock = std::chrono::steady_clock;
  constexpr int64_t kSize = 768;
  const at::NoGradGuard no_grad;
  const at::Tensor a = at::ones({kSize, kSize}), b = at::ones({kSize, kSize});
  at::Tensor product = at::empty({kSize, kSize});
  double best_seconds = 1e30;
  for (const auto begin = Clock::now(); Clock::now() - begin < std::chrono::milliseconds(250);) {
    const auto start = Clock::now();
    at::mm_out(product, a, b);
    best_seconds =
        std::min(best_seconds, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return 2.0 * kSize * kSize * kSize / best_seconds;
}

/// The rate of an earlier measurement, or 0 if the file is absent or is not ours.
double cached_rate(const Path& path) {
  if (!std::filesystem::exists(path)) return 0;
  const auto json = nlohmann::json::parse(read_text(path), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("float32_flops")) return 0;
  return json["float32_flops"].is_number() ? json["float32_flops"].get<double>() : 0;
}

}  // namespace

double measured_peak_flops(const std::string& cache_folder) {
  const std::string machine = fmt::format("{}, {} threads", cpu_model(), at::get_num_threads());
  const Path path = Path(cache_folder) / fmt::format("peak_{:016x}.json", hash64(machine));
  if (const double cached = cached_rate(path); cached > 0) return cached;
  const double rate = measure_peak();
  std::filesystem::create_directories(cache_folder);
  write_atomic(path, nlohmann::json{{"machine", machine}, {"float32_flops", rate}}.dump(2) + "\n");
  return rate;
}

}  // namespace twofold
