#include "formats/hub_cache.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "file_fixture.h"

namespace twofold::formats {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// A cache at HF_HOME of which every test makes its own entries.
class HubCache : public FileTest {
 protected:
  HubCache() {
    for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) unsetenv(name);
    setenv("HF_HOME", folder_.c_str(), 1);
  }
  ~HubCache() override { unsetenv("HF_HOME"); }

  /// An entry with these snapshots.
  Path entry(const std::string& name, const std::vector<std::string>& snapshots) const {
    const Path root = folder_ / "hub" / name;
    std::filesystem::create_directories(root / "refs");
    for (const std::string& commit : snapshots) {
      std::filesystem::create_directories(root / "snapshots" / commit);
    }
    return root;
  }
  static void set_main(const Path& root, const std::string& commit) {
    write_atomic(root / "refs" / "main", commit);
  }
};

TEST_F(HubCache, ARootOrANameIsTheSnapshotOfMain) {
  const Path root = entry("models--org--some-model.v1", {"abc", "def"});
  set_main(root, "def");
  EXPECT_EQ(hub_folder(root), root / "snapshots/def");
  EXPECT_EQ(hub_folder("org/some-model.v1"), root / "snapshots/def");
  EXPECT_EQ(hub_folder(root / "snapshots/abc"), root / "snapshots/abc");
  const Path old = entry("models--gpt2", {"123"});  // from before names had an organisation
  set_main(old, "123\n");
  EXPECT_EQ(hub_folder("gpt2"), old / "snapshots/123");
}

TEST_F(HubCache, TheOnlySnapshotNeedsNoMain) {
  const Path root = entry("models--org--name", {"abc"});
  EXPECT_EQ(hub_folder("org/name"), root / "snapshots/abc");
}

TEST_F(HubCache, WhatExistsIsItself) {
  entry("models--here--too", {"abc"});
  std::filesystem::create_directories(folder_ / "here/too");
  const Path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_);
  EXPECT_EQ(hub_folder("here/too"), "here/too");
  std::filesystem::current_path(before);
  EXPECT_EQ(hub_folder(folder_), folder_);
}

TEST_F(HubCache, WhatIsNotInTheCacheStaysWhatItWas) {
  for (const char* name :
       {"org/absent", "/org/name", "../name", "a/b/c", "org/", "./x", "", "a--b/c", "~/models/x"}) {
    EXPECT_EQ(hub_folder(name), Path(name)) << name;
  }
  EXPECT_THAT(absence("org/absent"),
              AllOf(HasSubstr("no such folder, and no "),
                    HasSubstr((folder_ / "hub/models--org--absent").string())));
  EXPECT_EQ(absence("/org/name"), "no such folder");
}

TEST_F(HubCache, AnEntryThatDoesNotSayWhichIsRefused) {
  const Path root = entry("models--org--name", {"abc", "def"});
  const auto refusal = [&] { return error_of([&] { hub_folder("org/name"); }); };
  EXPECT_THAT(refusal(), AllOf(HasSubstr("refs/main"), HasSubstr("abc, def")));
  set_main(root, "123");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("a snapshot 123"), HasSubstr("abc, def")));
  entry("models--org--none", {});
  std::filesystem::create_directories(folder_ / "hub/models--org--none/snapshots");
  EXPECT_THAT(error_of([&] { hub_folder("org/none"); }), HasSubstr("no snapshot"));
}

TEST_F(HubCache, TheCacheIsWhereHuggingFaceLooksForIt) {
  set_main(entry("models--org--name", {"abc"}), "abc");
  setenv("HF_HUB_CACHE", (folder_ / "elsewhere").c_str(), 1);
  EXPECT_EQ(hub_folder("org/name"), "org/name");
  setenv("HF_HUB_CACHE", (folder_ / "hub").c_str(), 1);
  unsetenv("HF_HOME");
  EXPECT_EQ(hub_folder("org/name").filename(), "abc");
  unsetenv("HF_HUB_CACHE");
  const std::string home = std::getenv("HOME") ? std::getenv("HOME") : "";
  std::filesystem::create_directories(folder_ / ".cache/huggingface");
  std::filesystem::rename(folder_ / "hub", folder_ / ".cache/huggingface/hub");
  setenv("HOME", folder_.c_str(), 1);
  EXPECT_EQ(hub_folder("org/name").filename(), "abc");
  setenv("HF_HOME", "~/.cache/huggingface", 1);
  EXPECT_EQ(hub_folder("org/name").filename(), "abc");
  setenv("HOME", home.c_str(), 1);
}

}  // namespace
}  // namespace twofold::formats
