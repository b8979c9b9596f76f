#pragma once
// The output folder of a long job that may be killed at any moment and run again.
//
// progress.json holds the size up to which each file is valid, and the state of the job; it is
// written after the files are synced. config.json, written last, means that the job is finished: it
// holds the job's arguments and its result.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/run_lock.h"

namespace twofold {

/// The result of the finished job in `folder`, if there is one. Throws an Error if it was made with
/// other arguments (naming those that differ), or if one of its files is missing or has another
/// size. The result is an object with an entry `files`: the size of each.
std::optional<nlohmann::json> finished_result(const Path& folder, const nlohmann::json& arguments);

class ResumableOutput {
 public:
  /// Locks the folder and opens its files at the sizes of the last save(), or empty. Throws an
  /// Error for a folder with other contents, an unfinished job with other arguments that has saved
  /// something, and a file that is shorter than was saved.
  ResumableOutput(Path folder, nlohmann::json arguments, std::vector<std::string> names);

  /// What save() was given last; null for a fresh start.
  const nlohmann::json& state() const { return state_; }
  size_t files() const { return files_.size(); }
  OutputFile& file(size_t index) { return files_[index]; }
  Path path_of(size_t index) const { return folder_ / names_[index]; }

  struct Shrink {
    size_t file = 0;
    uint64_t bytes = 0;
  };
  /// Makes everything written so far, and `state`, survive a kill. With `shrink`, that file is also
  /// cut to the given size; a kill leaves both done or neither.
  void save(const nlohmann::json& state, std::optional<Shrink> shrink = std::nullopt);

  /// Discards all that was written: the next job in this folder, whatever its arguments, starts
  /// from nothing.
  void forget();

  /// Ends the job: removes empty files, writes config.json with `result`, forgets the progress.
  void finish(nlohmann::json result);

 private:
  void resume(const nlohmann::json& progress);
  void write_progress(const std::vector<uint64_t>& bytes);

  Path folder_;
  RunLock lock_;
  nlohmann::json arguments_;
  std::vector<std::string> names_;
  std::vector<OutputFile> files_;
  nlohmann::json state_;
};

}  // namespace twofold
