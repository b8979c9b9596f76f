#pragma once
// Small snapshots whose every byte follows from one number, so that a checkpoint made of two of
// them is found out.

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>

#include "checkpoint/store.h"

namespace twofold::testing_checkpoint {

inline at::Tensor numbers(int64_t first, int64_t count, at::ScalarType type) {
  return at::arange(first, first + count, at::kDouble).to(type);
}

inline const FileTexts kKept = {{"tokenizer.json", "{}"},
                                {"additional_chat_templates/tool.jinja", "{{ tools }}"}};

inline Snapshot snapshot_of(int64_t step, int64_t size = 64) {
  Snapshot snapshot;
  snapshot.tensors["adapters"] = {{"a/lora_A", numbers(step, size, at::kFloat)},
                                  {"a/lora_B", numbers(step + 1, size, at::kBFloat16)}};
  snapshot.tensors["optimizer"] = {{"count", numbers(step, 3, at::kLong)},
                                   {"m/a", numbers(-step, size, at::kFloat)}};
  snapshot.tensors["base"] = {{"a/kernel", numbers(7, size, at::kBFloat16)}};
  snapshot.immutable_ids["base"] = "base-of-seed-0";
  snapshot.state = {{"step", step}, {"tokens", 10 * step}, {"phase", 2}};
  snapshot.config_yaml = fmt::format("step: {}\n", step);
  snapshot.kept = &kKept;
  return snapshot;
}

inline void expect_same(const NamedTensors& read, NamedTensors written) {
  ASSERT_EQ(read.size(), written.size());
  const std::map<std::string, at::Tensor> by_name(read.begin(), read.end());
  for (const auto& [name, tensor] : written) {
    ASSERT_TRUE(by_name.contains(name)) << name;
    EXPECT_EQ(by_name.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(at::equal(by_name.at(name), tensor)) << name;
  }
}

/// Every part of the checkpoint belongs to the step that its state names.
inline void expect_consistent(const CheckpointInfo& info, int64_t size = 64) {
  const Snapshot expected = snapshot_of(info.step(), size);
  EXPECT_EQ(info.state, expected.state);
  EXPECT_EQ(CheckpointStore::config_yaml(info), expected.config_yaml);
  EXPECT_EQ(CheckpointStore::kept(info), kKept);
  for (const auto& [stem, tensors] : expected.tensors) {
    expect_same(CheckpointStore::read(info, stem), tensors);
  }
}

class CheckpointTest : public testing::Test {
 protected:
  void SetUp() override {
    static std::atomic<int> count{0};
    folder_ = Path(testing::TempDir()) / fmt::format("twofold-checkpoint-{}-{}", getpid(), count++);
    std::filesystem::remove_all(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::optional<CheckpointInfo> newest() {
    return CheckpointStore(folder_).newest_valid(
        [this](const std::string& warning) { warnings_.push_back(warning); });
  }
  std::vector<std::string> suffixes() const {
    std::vector<std::string> names;
    for (const CheckpointInfo& info : CheckpointStore(folder_).list()) names.push_back(info.suffix);
    return names;
  }
  int hidden_entries() const {
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      count += entry.path().filename().string().front() == '.';
    }
    return count;
  }

  Path folder_;
  std::vector<std::string> warnings_;
};

}  // namespace twofold::testing_checkpoint
