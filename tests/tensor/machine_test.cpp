#include "tensor/machine.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tensor/process.h"

namespace twofold {
namespace {

TEST(Machine, ThreadsAreSetAndDefaultToCores) {
  EXPECT_GE(physical_cores(), 1);
  EXPECT_EQ(set_threads(0), physical_cores());
  EXPECT_EQ(at::get_num_threads(), physical_cores());
  EXPECT_EQ(set_threads(1), 1);
}

TEST(Machine, MemoryAndTimeAreRead) {
  EXPECT_GT(current_rss_bytes(), 1 << 20);
  EXPECT_GE(peak_rss_bytes(), current_rss_bytes() / 2);
  EXPECT_GT(available_memory_bytes(), 1 << 20);
  EXPECT_GT(seconds_since_exec(), 0);
  EXPECT_LT(seconds_since_exec(), 600);
}

}  // namespace
}  // namespace twofold
