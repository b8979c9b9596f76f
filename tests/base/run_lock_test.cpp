#include "base/run_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/error.h"

namespace {

using namespace twofold;
using testing::HasSubstr;

Path fresh_folder(const char* name) {
  const Path folder = Path(testing::TempDir()) /
                      ("twofold_lock_" + std::to_string(::getpid()) + "_" + name) / "run";
  std::filesystem::remove_all(folder);
  return folder;
}

TEST(RunLock, SaysWhoHoldsItAndIsFreeAfterwards) {
  const Path folder = fresh_folder("held");
  {
    const RunLock lock(folder);
    EXPECT_THAT(read_text(folder / "lock"), HasSubstr(std::to_string(::getpid()) + " "));
    try {
      const RunLock second(folder);
      FAIL() << "locked twice";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("process " + std::to_string(::getpid()) + " on "));
    }
  }
  EXPECT_NO_THROW(RunLock again(folder));
}

TEST(RunLock, IsTakenOverFromAKilledHolder) {
  const Path folder = fresh_folder("killed");
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const RunLock lock(folder);
    if (::write(ready[1], "x", 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char letter = 0;
  ASSERT_EQ(::read(ready[0], &letter, 1), 1);
  EXPECT_THROW(RunLock lock(folder), Error);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_NO_THROW(RunLock lock(folder));
}

}  // namespace
