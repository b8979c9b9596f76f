#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "checkpoint/fixtures.h"
#include "checkpoint/manifest.h"

namespace twofold::testing_checkpoint {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

/// Two checkpoints; the newer one, ntoks/20, is what the tests damage.
class Damage : public CheckpointTest {
 protected:
  void SetUp() override {
    CheckpointTest::SetUp();
    CheckpointStore store(folder_);
    store.save("ntoks/10", snapshot_of(1), true);
    Snapshot second = snapshot_of(2);
    second.immutable_ids["base"] = "its own";  // damage to it must not reach the first
    store.save("ntoks/20", second, true);
  }
  std::vector<Path> files() const {
    std::vector<Path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "ntoks/20")) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
    return paths;
  }
  void expect_fallback(const Path& damaged) {
    warnings_.clear();
    const auto info = newest();
    ASSERT_TRUE(info);
    EXPECT_EQ(info->suffix, "ntoks/10") << damaged;
    ASSERT_THAT(warnings_, SizeIs(1)) << damaged;
    EXPECT_THAT(warnings_[0], HasSubstr("ntoks/20"));
    EXPECT_THAT(warnings_[0], HasSubstr(damaged.filename().string()));
    EXPECT_THROW(CheckpointStore::open(folder_ / "ntoks/20", "ntoks/20"), Error);
  }
};

TEST_F(Damage, TruncationAnywhereIsRefused) {
  for (const Path& file : files()) {
    const std::string whole = read_text(file);
    for (size_t part = 0; part < 12; ++part) {
      write_atomic(file, whole.substr(0, whole.size() * part / 12));
      expect_fallback(file);
    }
    write_atomic(file, whole.substr(0, whole.size() - 1));
    expect_fallback(file);
    write_atomic(file, whole);
  }
  EXPECT_EQ(newest()->suffix, "ntoks/20");
}

TEST_F(Damage, AFlippedBitAnywhereIsRefused) {
  for (const Path& file : files()) {
    const std::string whole = read_text(file);
    const size_t stride = std::max<size_t>(1, whole.size() / 100);
    for (size_t at = 0; at < whole.size(); at += stride) {
      std::string altered = whole;
      altered[at] = static_cast<char>(altered[at] ^ (1 << (at % 8)));
      write_atomic(file, altered);
      expect_fallback(file);
      if (HasFailure()) return;
    }
    write_atomic(file, whole);
  }
  EXPECT_EQ(newest()->suffix, "ntoks/20");
}

TEST_F(Damage, AMissingFileIsRefused) {
  for (const Path& file : files()) {
    const std::string whole = read_text(file);
    std::filesystem::remove(file);
    expect_fallback(file);
    write_atomic(file, whole);
  }
}

TEST_F(Damage, ANewerFormatSaysSo) {
  Manifest manifest = Manifest::read(folder_ / "ntoks/20");
  manifest.format_version = CheckpointStore::kFormatVersion + 1;
  write_atomic(folder_ / "ntoks/20/manifest.json", manifest.to_text());
  try {
    CheckpointStore::open(folder_ / "ntoks/20", "ntoks/20");
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("newer version"));
    EXPECT_THAT(error.what(), HasSubstr("update twofold"));
  }
}

TEST_F(Damage, NothingLeftIsAnErrorAndNotAFreshStart) {
  for (const char* suffix : {"ntoks/10", "ntoks/20"}) {
    write_atomic(folder_ / suffix / "state.json", "{}");
  }
  EXPECT_THROW(newest(), Error);
  EXPECT_THAT(warnings_, SizeIs(2));
}

TEST_F(Damage, LatestThatNamesNothingFallsBack) {
  write_atomic(folder_ / "latest", "ntoks/30\n");
  EXPECT_EQ(newest()->suffix, "ntoks/20");
  EXPECT_THAT(warnings_, SizeIs(1));
}

TEST_F(Damage, LatestThatIsGoneFallsBackToTheNewest) {
  std::filesystem::remove(folder_ / "latest");
  EXPECT_EQ(newest()->suffix, "ntoks/20");
}

TEST_F(Damage, WeightsThatWereSavedAsTheyAreAndAreNotFiniteAreNamed) {
  Snapshot ruined = snapshot_of(3);
  ruined.tensors["adapters"][1].second[5].fill_(std::numeric_limits<float>::infinity());
  ruined.tensors["optimizer"][1].second[0].fill_(std::numeric_limits<float>::infinity());
  CheckpointStore(folder_).save("ntoks/30", ruined, true);
  const CheckpointInfo info = CheckpointStore::open(folder_ / "ntoks/30", "ntoks/30");
  EXPECT_EQ(CheckpointStore::read_weights(info, "base").size(), 1u);
  EXPECT_EQ(CheckpointStore::read(info, "optimizer").size(), 2u);  // no model computes with it
  try {
    CheckpointStore::read_weights(info, "adapters");
    ADD_FAILURE() << "was read";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(),
                HasSubstr((info.folder / "adapters.safetensors").string() + ": a/lora_B[5]"));
  }
}

}  // namespace
}  // namespace twofold::testing_checkpoint
