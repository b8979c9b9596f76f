#include "base/stop.h"

#include <gtest/gtest.h>

#include <csignal>

#include "base/error.h"

namespace {

using namespace twofold;

TEST(Stop, IsAskedForAndForgotten) {
  EXPECT_NO_THROW(check_stop());
  request_stop();
  EXPECT_TRUE(stop_requested());
  EXPECT_THROW(check_stop(), Interrupted);
  clear_stop();
  EXPECT_FALSE(stop_requested());
}

TEST(StopDeathTest, TheFirstSignalAsksAndTheSecondEnds) {
  EXPECT_EXIT(
      {
        install_stop_handlers();
        std::raise(SIGTERM);
        if (!stop_requested()) std::exit(1);
        std::raise(SIGINT);
        std::exit(2);
      },
      testing::ExitedWithCode(128 + SIGINT), "");
}

TEST(StopDeathTest, AClosedTerminalAsksUnlessNohupIgnoresIt) {
  for (const bool nohup : {false, true}) {
    EXPECT_EXIT(
        {
          if (nohup) std::signal(SIGHUP, SIG_IGN);
          install_stop_handlers();
          std::raise(SIGHUP);
          std::exit(stop_requested() ? 1 : 0);
        },
        testing::ExitedWithCode(nohup ? 0 : 1), "");
  }
}

}  // namespace
