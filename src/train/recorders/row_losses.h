#pragma once
// row_losses.bin: what every row of every step contributed to its loss. The rows themselves are a
// pure function of seed and step, so that this is all that has to be kept to find a row again.

#include <optional>
#include <span>
#include <vector>

#include "train/recorders/recorder.h"

namespace twofold {

inline constexpr const char* kRowLossesFile = "row_losses.bin";

/// One record of the file, as it is in memory (little-endian, no header, sorted by step and row).
struct RowLossRecord {
  int64_t step = 0;
  int32_t row = 0;    ///< within the step's global batch
  int32_t count = 0;  ///< supervised tokens
  double sum = 0;     ///< of their losses
};
static_assert(sizeof(RowLossRecord) == 24);

class RowLosses : public Recorder {
 public:
  explicit RowLosses(Path file) : path_(std::move(file)) {}
  std::string begin(const RunState& state) override;
  void sync(RunState& state) override;
  void step(const StepReport& report) override;

 private:
  Path path_;
  std::optional<OutputFile> file_;  ///< since begin()
};

/// The records of a file; a last one that was torn off is left out. An Error if there is no such
/// file.
class RowLossFile {
 public:
  explicit RowLossFile(const Path& file) : file_(file) {}
  std::span<const RowLossRecord> all() const;
  std::span<const RowLossRecord> of_step(int64_t step) const;

 private:
  MappedFile file_;
};

}  // namespace twofold
