#include "job/memory_plan.h"

#include <gtest/gtest.h>

namespace twofold {
namespace {

/// A plan in which a row takes `bytes`.
auto plan_of(double bytes) {
  return [bytes](int64_t rows) {
    return std::vector<MemoryPlan>{{.activations = bytes * static_cast<double>(rows)}};
  };
}

TEST(LargestMicroBatch, FillsTheBudgetAndNoMore) {
  const double budget = 0.6 * static_cast<double>(machine_memory_bytes());
  EXPECT_EQ(largest_micro_batch(1 << 20, plan_of(budget / 1000.5)), 1000);
  EXPECT_EQ(largest_micro_batch(8, plan_of(budget / 1000.5)), 8);
  EXPECT_EQ(largest_micro_batch(8, plan_of(budget * 2)), 1) << "at least one row";
}

TEST(LargestMicroBatch, IsFoundInFewSteps) {
  int asked = 0;
  const auto plan = plan_of(1);
  largest_micro_batch(int64_t{1} << 60, [&](int64_t rows) {
    ++asked;
    return plan(rows);
  });
  EXPECT_LE(asked, 64);
}

}  // namespace
}  // namespace twofold
