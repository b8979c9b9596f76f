#include "twofold/eval/milestone.h"

#include <gtest/gtest.h>

namespace twofold {
namespace {

TEST(Milestones, StandInTheTableUnderTheirOwnNumberAndAreFoundByName) {
  for (size_t i = 0; i < kMilestones.size(); ++i) {
    const Milestone milestone = kMilestones[i].milestone;
    EXPECT_EQ(static_cast<size_t>(milestone), i);
    EXPECT_EQ(milestone_named(name_of(milestone)), milestone);
  }
  EXPECT_EQ(milestone_named("middle"), std::nullopt);
}

}  // namespace
}  // namespace twofold
