#pragma once
// A fresh folder a test, and safetensors files made of a header and data bytes.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"
#include "base/files.h"

namespace twofold::formats {

class FileTest : public testing::Test {
 protected:
  FileTest() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = Path(testing::TempDir()) / ("twofold_" + std::to_string(getpid()) + "_" +
                                          info->test_suite_name() + "_" + info->name());
    std::filesystem::create_directories(folder_);
  }
  ~FileTest() override { std::filesystem::remove_all(folder_); }

  Path put(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }

  /// The bytes of a file with this header (as it is) and so many zero bytes of data.
  static std::string safetensors(const std::string& header, size_t data_bytes = 0) {
    const uint64_t length = header.size();
    return std::string(reinterpret_cast<const char*>(&length), 8) + header +
           std::string(data_bytes, '\0');
  }

  Path folder_;
};

/// The rendered Error of `call`; empty if it throws none.
template <class Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace twofold::formats
