#pragma once
// A fresh folder, removed with its contents at the end of the test.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/files.h"

namespace twofold::test {

class TempFolder {
 public:
  TempFolder() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    path_ = Path(testing::TempDir()) / ("twofold_" + std::to_string(getpid()) + "_" +
                                        info->test_suite_name() + "_" + info->name());
    std::filesystem::create_directories(path_);
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const Path& path() const { return path_; }

 private:
  Path path_;
};

}  // namespace twofold::test
