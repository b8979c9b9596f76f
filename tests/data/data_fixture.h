#pragma once
// A data root of its own for each test, and datasets written by hand into it.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "data/sampling.h"

namespace twofold {

class DataTest : public testing::Test {
 protected:
  DataTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    root_ = Path(testing::TempDir()) /
            fmt::format("twofold_data_{}_{}_{}", test->test_suite_name(), test->name(), getpid());
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
  }
  ~DataTest() override { std::filesystem::remove_all(root_); }

  template <class T>
  void put(const Path& relative, const std::vector<T>& values) const {
    put(relative,
        std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)));
  }
  void put(const Path& relative, const std::string& text) const {
    std::filesystem::create_directories((root_ / relative).parent_path());
    std::ofstream(root_ / relative, std::ios::binary) << text;
  }

  /// ids 0 … count − 1 as a PMD split.
  void put_stream(const std::string& name, uint32_t count, const std::string& split = "train") {
    std::vector<uint32_t> ids(count);
    for (uint32_t i = 0; i < count; ++i) ids[i] = i;
    put(Path(name) / (split + ".bin"), ids);
  }

  /// The train split of a PADDED dataset with rows of `width`, and its shape.json.
  void put_padded(const std::string& name, int width, const std::vector<uint32_t>& ids,
                  const std::vector<uint8_t>& mask) const {
    put(Path(name) / "train.bin", ids);
    put(Path(name) / "train.bin.mask", mask);
    put(Path(name) / "shape.json",
        fmt::format(R"({{"train": [{}, {}], "val": [0, {}]}})", ids.size() / width, width, width));
  }

  Path root_;
};

inline Sampling sampling(std::string name, DatasetStyle style, double rate = 1) {
  return {.name = std::move(name), .rate = rate, .style = style, .suffix = ""};
}

/// The text of the Error that `act` throws; a failure if it throws none.
template <class Act>
std::string error_of(const Act& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no Error was thrown";
  return "";
}

/// Every file below `folder` with its contents.
inline std::map<std::string, std::string> contents_of(const Path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder).string()] = read_text(entry.path());
  return files;
}

inline std::vector<int32_t> ids_in(const Path& path) {
  const std::string bytes = read_text(path);
  const auto* ids = reinterpret_cast<const int32_t*>(bytes.data());
  return {ids, ids + bytes.size() / 4};
}

}  // namespace twofold
