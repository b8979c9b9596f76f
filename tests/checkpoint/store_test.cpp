#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/error.h"
#include "checkpoint/fixtures.h"
#include "checkpoint/publish.h"

namespace twofold::testing_checkpoint {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

uint64_t inode(const Path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_ino;
}

using Store = CheckpointTest;

TEST_F(Store, GivesBackEveryBit) {
  CheckpointStore store(folder_);
  store.save("ntoks/10", snapshot_of(1), true);
  const CheckpointInfo info = CheckpointStore::open(folder_ / "ntoks/10", "ntoks/10");
  expect_consistent(info);
  EXPECT_EQ(info.tokens(), 10);
  EXPECT_EQ(info.phase(), 2);
  EXPECT_GT(info.bytes, 0);
  EXPECT_TRUE(CheckpointStore::has(info, "base"));
  EXPECT_FALSE(CheckpointStore::has(info, "model"));
  EXPECT_THROW(CheckpointStore::read(info, "model"), Error);
}

TEST_F(Store, IsEmptyBeforeTheFirstSave) {
  EXPECT_FALSE(newest());
  EXPECT_FALSE(CheckpointStore(folder_).latest());
  EXPECT_TRUE(suffixes().empty());
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(Store, ListsByStep) {
  CheckpointStore store(folder_);
  store.save("ntoks/100", snapshot_of(10), true);
  store.save("ntoks/20", snapshot_of(2), true);
  store.save("best", snapshot_of(5), false);
  EXPECT_THAT(suffixes(), ElementsAre("ntoks/20", "best", "ntoks/100"));
}

TEST_F(Store, ReplacesASuffixAndLeavesNothingHidden) {
  CheckpointStore store(folder_);
  for (int64_t step = 1; step <= 3; ++step) store.save("best", snapshot_of(step), false);
  const CheckpointInfo info = CheckpointStore::open(folder_ / "best", "best");
  EXPECT_EQ(info.step(), 3);
  expect_consistent(info);
  EXPECT_EQ(hidden_entries(), 0);
}

TEST_F(Store, KeptFilesAreSharedWhileTheyAreTheSame) {
  CheckpointStore store(folder_);
  for (int64_t step = 1; step <= 2; ++step) {
    store.save(fmt::format("ntoks/{}", step), snapshot_of(step), true);
  }
  const Path json = "kept/tokenizer.json", tool = "kept/additional_chat_templates/tool.jinja";
  EXPECT_EQ(inode(folder_ / "ntoks/1" / json), inode(folder_ / "ntoks/2" / json));
  Snapshot third = snapshot_of(3);
  const FileTexts other = {{"tokenizer.json", "{ }"},
                           {"additional_chat_templates/tool.jinja", "{{ tools }}"}};
  third.kept = &other;
  store.save("ntoks/3", third, true);
  EXPECT_NE(inode(folder_ / "ntoks/2" / json), inode(folder_ / "ntoks/3" / json));
  EXPECT_EQ(inode(folder_ / "ntoks/1" / tool), inode(folder_ / "ntoks/3" / tool));
  EXPECT_EQ(CheckpointStore::kept(*newest()), other);
  // A damaged file is not passed on, and folders within a checkpoint are no checkpoints.
  write_atomic(folder_ / "ntoks/3" / tool, "{{ fools }}");
  CheckpointStore(folder_).save("ntoks/4", snapshot_of(4), true);
  EXPECT_EQ(CheckpointStore::kept(*newest()), kKept);
  EXPECT_THAT(suffixes(), ElementsAre("ntoks/1", "ntoks/2", "ntoks/3", "ntoks/4"));
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(Store, BestNeverMovesLatest) {
  CheckpointStore store(folder_);
  store.save("ntoks/10", snapshot_of(1), true);
  store.save("best", snapshot_of(9), false);
  EXPECT_EQ(store.latest(), "ntoks/10");
  EXPECT_EQ(newest()->suffix, "ntoks/10");
}

TEST_F(Store, WithdrawsARuinedStep) {
  CheckpointStore store(folder_);
  store.save("ntoks/10", snapshot_of(1), true);
  store.save("best", snapshot_of(2), false);
  store.save("ntoks/30", snapshot_of(3), true);
  for (int twice = 0; twice < 2; ++twice) {  // as after a kill in between
    EXPECT_EQ(store.discard_diverged(3), "ntoks/10");
    EXPECT_EQ(store.latest(), "ntoks/10");
    EXPECT_THAT(suffixes(), ElementsAre("ntoks/10", "best"));
  }
  EXPECT_EQ(store.discard_diverged(1), std::nullopt);
  EXPECT_EQ(store.latest(), std::nullopt);
  EXPECT_THAT(suffixes(), ElementsAre("best"));
}

TEST_F(Store, WithdrawsNothingButPeriodicCheckpoints) {
  CheckpointStore store(folder_);
  store.save("best", snapshot_of(1), false);
  store.save("pre_lora_checkpoint", snapshot_of(2), true);
  EXPECT_EQ(store.discard_diverged(2), "best");
  EXPECT_EQ(store.latest(), "best");
  EXPECT_THAT(suffixes(), ElementsAre("best", "pre_lora_checkpoint"));
}

TEST_F(Store, SharesTheFrozenBase) {
  CheckpointStore store(folder_);
  store.save("ntoks/10", snapshot_of(1), true);
  store.save("ntoks/20", snapshot_of(2), true);
  CheckpointStore(folder_).save("ntoks/30", snapshot_of(3), true);
  const auto file = [&](const char* suffix, const char* name) { return folder_ / suffix / name; };
  const uint64_t base = inode(file("ntoks/10", "base.safetensors"));
  EXPECT_EQ(inode(file("ntoks/20", "base.safetensors")), base);
  EXPECT_EQ(inode(file("ntoks/30", "base.safetensors")), base);
  EXPECT_NE(inode(file("ntoks/10", "adapters.safetensors")),
            inode(file("ntoks/20", "adapters.safetensors")));
  store.prune(1);
  expect_consistent(*newest());
}

TEST_F(Store, DoesNotShareABaseOfAnotherIdentity) {
  CheckpointStore store(folder_);
  store.save("ntoks/10", snapshot_of(1), true);
  Snapshot other = snapshot_of(2);
  other.immutable_ids["base"] = "another";
  store.save("ntoks/20", other, true);
  EXPECT_NE(inode(folder_ / "ntoks/10/base.safetensors"),
            inode(folder_ / "ntoks/20/base.safetensors"));
}

TEST_F(Store, DoesNotPassOnADamagedBase) {
  CheckpointStore(folder_).save("ntoks/10", snapshot_of(1), true);
  const Path base = folder_ / "ntoks/10/base.safetensors";
  std::string bytes = read_text(base);
  bytes.back() ^= 1;
  write_atomic(base, bytes);
  CheckpointStore(folder_).save("ntoks/20", snapshot_of(2), true);
  EXPECT_EQ(newest()->suffix, "ntoks/20");
  expect_consistent(*newest());
}

TEST_F(Store, PrunesOnlyOldPeriodicCheckpoints) {
  CheckpointStore store(folder_);
  for (int64_t step = 1; step <= 5; ++step) {
    store.save(fmt::format("ntoks/{}", step), snapshot_of(step), step == 1);
  }
  store.save("best", snapshot_of(1), false);
  store.save("pre_lora_checkpoint", snapshot_of(2), false);
  store.save("final/50", snapshot_of(5), false);
  store.prune(0);
  EXPECT_EQ(suffixes().size(), 8u);
  store.prune(2);
  EXPECT_THAT(suffixes(), ElementsAre("best", "ntoks/1", "pre_lora_checkpoint", "ntoks/4",
                                      "final/50", "ntoks/5"));
  EXPECT_EQ(hidden_entries(), 0);
}

TEST_F(Store, RemovesLeftoversOfDeadProcessesAtTheNextSave) {
  const Path dead = folder_ / ".tmp-999999999-0";
  const Path alive = folder_ / fmt::format(".tmp-{}-0", getppid());
  std::filesystem::create_directories(dead);
  std::filesystem::create_directories(alive);
  EXPECT_FALSE(newest());
  EXPECT_TRUE(std::filesystem::exists(dead));
  CheckpointStore(folder_).save("best", snapshot_of(1), false);
  EXPECT_FALSE(std::filesystem::exists(dead));
  EXPECT_TRUE(std::filesystem::exists(alive));
}

TEST_F(Store, ReadsACheckpointThatWasSetAside) {
  CheckpointStore store(folder_);
  store.save("ntoks/10", snapshot_of(1), true);
  std::filesystem::rename(folder_ / "ntoks/10", folder_ / "ntoks/.old-10");
  EXPECT_THAT(suffixes(), ElementsAre("ntoks/10"));
  expect_consistent(*newest());
  store.save("ntoks/20", snapshot_of(2), true);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "ntoks/10/manifest.json"));
  EXPECT_EQ(hidden_entries(), 0);
}

TEST_F(Store, PublishesWithoutExchangingFolders) {
  std::filesystem::create_directories(folder_ / "new");
  std::filesystem::create_directories(folder_ / "old");
  write_atomic(folder_ / "new/file", "new");
  write_atomic(folder_ / "old/file", "old");
  publish_folder(folder_ / "new", folder_ / "old", false);
  EXPECT_EQ(read_text(folder_ / "old/file"), "new");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "new"));
  EXPECT_EQ(hidden_entries(), 0);
}

TEST_F(Store, FullDiskIsAnErrorAndLosesNothing) {
  std::filesystem::create_directories(folder_);
  if (::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=256k") != 0) {
    GTEST_SKIP() << "mounting a small file system is not allowed here";
  }
  CheckpointStore store(folder_);
  store.save("ntoks/10", snapshot_of(1), true);
  try {
    store.save("ntoks/20", snapshot_of(2, 1 << 20), true);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("No space left"));
  }
  EXPECT_EQ(hidden_entries(), 0);
  EXPECT_THAT(suffixes(), ElementsAre("ntoks/10"));
  expect_consistent(*newest());
  EXPECT_EQ(::umount2(folder_.c_str(), MNT_DETACH), 0);
}

}  // namespace
}  // namespace twofold::testing_checkpoint
