#include "model/checks.h"

#include <fmt/format.h>

#include "base/text.h"

namespace twofold {

void check_multiple(std::vector<Problem>& problems, const std::string& key, int64_t value,
                    const std::string& of, int64_t divisor) {
  if (value % divisor == 0) return;
  problems.push_back({.what = "sizes do not divide",
                      .where = key,
                      .expected = fmt::format("a multiple of {} = {}", of, divisor),
                      .found = std::to_string(value),
                      .hint = fmt::format("change {} or {}", key, of)});
}

void check_parameters(const Model& model) {
  constexpr double kMaxParameters = 0x1p44;
  double count = 0;
  for (const Parameter& parameter : model.parameters().all()) {
    double elements = 1;  // an int64 might overflow here
    for (const int64_t extent : parameter.shape) elements *= static_cast<double>(extent);
    count += elements;
  }
  if (count <= kMaxParameters) return;
  fail({.what = "the model is larger than any machine",
        .where = "architecture",
        .expected = fmt::format("at most {} parameters", human_count(kMaxParameters)),
        .found = human_count(count),
        .hint = "lower architecture/n_layers, n_embd, vocab_size or intermediate_size"});
}

}  // namespace twofold
