#pragma once
// Data files for tests of tasks.

#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "base/files.h"

namespace twofold::test {

/// A folder that is gone with the object.
class TaskFolder {
 public:
  TaskFolder() {
    static int made = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("twofold-tasks-" + std::to_string(getpid()) + "-" + std::to_string(made++));
    std::filesystem::create_directories(path_);
  }
  ~TaskFolder() { std::filesystem::remove_all(path_); }
  TaskFolder(const TaskFolder&) = delete;
  TaskFolder& operator=(const TaskFolder&) = delete;

  const Path& path() const { return path_; }
  Path write(const std::string& name, const std::string& text) const {
    write_atomic(path_ / name, text);
    return path_ / name;
  }
  void write_rows(const std::string& name, const nlohmann::ordered_json& rows) const {
    std::string text;
    for (const auto& row : rows) text += row.dump() + "\n";
    write(name, text);
  }

 private:
  Path path_;
};

}  // namespace twofold::test
