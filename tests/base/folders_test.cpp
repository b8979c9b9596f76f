#include "base/folders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/error.h"

namespace twofold {
namespace {

using testing::HasSubstr;

struct FoldersTest : testing::Test {
  Path root = Path(testing::TempDir()) / ("twofold_folders_" + std::to_string(::getpid()));
  FoldersTest() {
    std::filesystem::create_directories(root / "inner");
    std::ofstream(root / "b.txt") << "b";
    std::ofstream(root / "a.txt") << "a";
  }
  ~FoldersTest() override { std::filesystem::remove_all(root); }
};

template <class Action>
Problem problem_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.problems().front();
  }
  ADD_FAILURE() << "no Error";
  return {};
}

TEST_F(FoldersTest, SaysWhatIsThere) {
  EXPECT_EQ(kind_of(root), PathKind::kFolder);
  EXPECT_EQ(kind_of(root / "a.txt"), PathKind::kFile);
  EXPECT_EQ(kind_of(root / "none"), PathKind::kNothing);
  EXPECT_EQ(kind_of(root / "a.txt/below"), PathKind::kNothing);
  EXPECT_EQ(kind_of("/dev/null"), PathKind::kOther);
  EXPECT_THAT(entries_in(root),
              testing::ElementsAre(root / "a.txt", root / "b.txt", root / "inner"));
}

TEST_F(FoldersTest, WhatTheSystemRefusesIsAnErrorWithAllItsParts) {
  for (const Problem& problem : {problem_of([&] { kind_of(root / std::string(300, 'x')); }),
                                 problem_of([&] { make_folders(root / "a.txt/inner"); }),
                                 problem_of([&] { make_folders(root / "a.txt"); }),
                                 problem_of([&] { entries_in(root / "x"); })}) {
    EXPECT_THAT(problem.where, HasSubstr(root.string()));
    EXPECT_FALSE(problem.expected.empty() || problem.found.empty() || problem.hint.empty())
        << problem.render();
  }
}

}  // namespace
}  // namespace twofold
