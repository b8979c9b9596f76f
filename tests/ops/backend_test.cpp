#include "ops/backend.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "ops/isa.h"

namespace twofold::ops {
namespace {

TEST(BackEnd, OfAnotherDeviceIsTheReference) {
  EXPECT_FALSE(use_reference(at::ones({2})));
  EXPECT_TRUE(use_reference(at::empty({2}, at::device(at::kMeta))));
}

TEST(Isa, IsOneOfTheLevelsAndWhatTheEnvironmentNames) {
  EXPECT_TRUE(isa() == "avx2" || isa() == "avx512") << isa();
  if (const char* asked_for = std::getenv("TWOFOLD_ISA")) {
    EXPECT_EQ(isa(), asked_for);
  }
}

/// Asks again in a process of its own, which says why it is refused and ends.
void ask_with(const char* variable, const char* value) {
  setenv(variable, value, /*overwrite=*/1);
  try {
    isa();
    use_reference(at::ones({1}));
  } catch (const Error& error) {
    std::fputs(error.what(), stderr);
    std::exit(Error::kExitCode);
  }
  std::exit(0);
}

TEST(BackEndDeathTest, UnknownNamesAreRefused) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";  // a fresh process: nothing is picked yet
  EXPECT_EXIT(ask_with("TWOFOLD_ISA", "sse9"), testing::ExitedWithCode(2), "TWOFOLD_ISA.*avx2");
  EXPECT_EXIT(ask_with("TWOFOLD_OPS", "fast"), testing::ExitedWithCode(2),
              "TWOFOLD_OPS.*reference");
}

}  // namespace
}  // namespace twofold::ops
