#include "tensor/peak_rate.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/folders.h"
#include "base/random.h"
#include "tensor/dtype.h"
#include "tensor/machine.h"

namespace twofold {
namespace {

/// Best of several products within a quarter of a second; the first, which warms up, counts too.
double product_rate(at::ScalarType dtype) {
  using Clock = std::chrono::steady_clock;
  constexpr int64_t kSize = 768;
  const at::NoGradGuard no_grad;
  const at::Tensor a = at::ones({kSize, kSize}, dtype), b = at::ones({kSize, kSize}, dtype);
  at::Tensor product = at::empty({kSize, kSize}, dtype);
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
double cached_rate(const Path& file) {
  std::ifstream text(file);
  if (!text) return 0;
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("flops")) return 0;
  return json["flops"].is_number() ? json["flops"].get<double>() : 0;
}

}  // namespace

PeakRate::PeakRate(const std::string& cache_folder, const std::string& dtype)
    : machine_(fmt::format("{}, {} threads", cpu_model(), at::get_num_threads())), dtype_(dtype) {
  const uint64_t key = hash64(machine_ + ", " + dtype);
  file_ = (Path(cache_folder) / fmt::format("peak_{:016x}.json", key)).string();
}

PeakRate::Share PeakRate::share_of(double flops) {
  constexpr int kMostMeasurements = 3;
  if (peak_ == 0) peak_ = cached_rate(file_);
  const bool needed = peak_ == 0 || (flops > peak_ && measurements_ < kMostMeasurements);
  if (needed) measure();
  return {flops / peak_, needed};
}

void PeakRate::measure() {
  ++measurements_;
  peak_ = std::max({peak_, product_rate(at::kFloat), product_rate(scalar_type(dtype_))});
  const nlohmann::ordered_json json = {{"machine", machine_}, {"dtype", dtype_}, {"flops", peak_}};
  try {
    make_folders(Path(file_).parent_path());
    write_atomic(file_, json.dump(2) + "\n");
  } catch (const Error&) {  // NOLINT: it is only a cache; the next run measures again
  }
}

}  // namespace twofold
