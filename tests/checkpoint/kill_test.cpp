#include <signal.h>
#include <sys/wait.h>

#include "base/random.h"
#include "checkpoint/fixtures.h"

namespace twofold::testing_checkpoint {
namespace {

using Kill = CheckpointTest;

constexpr int kKills = 120;
constexpr uint64_t kMaxMicroseconds = 20'000;

/// Saves for ever, each kind of checkpoint in turn, from snapshots made before the fork.
[[noreturn]] void save_for_ever(const Path& folder, const std::vector<Snapshot>& snapshots) {
  CheckpointStore store(folder);
  for (size_t i = 0;; ++i) {
    const Snapshot& snapshot = snapshots[i % snapshots.size()];
    store.save(fmt::format("ntoks/{}", i % snapshots.size()), snapshot, true);
    store.save("best", snapshot, false);
    store.prune(2);
  }
}

TEST_F(Kill, AtAnyMomentLeavesAWholeLatest) {
  std::vector<Snapshot> snapshots;
  for (int64_t step = 1; step <= 5; ++step) snapshots.push_back(snapshot_of(step));
  CheckpointStore(folder_).save("ntoks/0", snapshots[0], true);
  const RandomStream delays(1, Purpose::kTest);
  int interrupted_saves = 0;
  for (int i = 0; i < kKills; ++i) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) save_for_ever(folder_, snapshots);
    ::usleep(static_cast<useconds_t>(delays.bits(i) % kMaxMicroseconds));
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    interrupted_saves += hidden_entries() > 0;

    const auto info = newest();
    ASSERT_TRUE(info);
    EXPECT_TRUE(warnings_.empty()) << warnings_[0];
    EXPECT_EQ(info->suffix, CheckpointStore(folder_).latest());
    for (const CheckpointInfo& each : CheckpointStore(folder_).list()) expect_consistent(each);
    if (HasFailure()) return;
  }
  EXPECT_GE(interrupted_saves, kKills / 10);
  CheckpointStore(folder_).save("best", snapshots[0], false);
  EXPECT_EQ(hidden_entries(), 0);
}

}  // namespace
}  // namespace twofold::testing_checkpoint
