#include "train/recorders/row_losses.h"

#include <algorithm>
#include <filesystem>

#include "base/folders.h"

namespace twofold {

std::string RowLosses::begin(const RunState& state) {
  uint64_t keep = 0;
  if (kind_of(path_) == PathKind::kFile) {
    const RowLossFile file(path_);
    const auto kept = std::ranges::upper_bound(file.all(), state.step, {}, &RowLossRecord::step);
    keep = sizeof(RowLossRecord) * static_cast<uint64_t>(kept - file.all().begin());
  }
  std::error_code ignored;  // opening the file for writing reports what is wrong with it
  std::filesystem::resize_file(path_, keep, ignored);
  file_.emplace(path_, OutputFile::Mode::kAppend);
  return {};
}

void RowLosses::sync(RunState&) {
  file_.value().flush();
  sync_path(path_);
}

void RowLosses::step(const StepReport& report) {
  std::vector<RowLossRecord> records;
  for (const RowLoss& row : report.rows) {
    records.push_back({.step = report.step,
                       .row = static_cast<int32_t>(records.size()),
                       .count = static_cast<int32_t>(row.count),
                       .sum = row.sum});
  }
  file_.value().write(std::as_bytes(std::span(records)));
  file_.value().flush();
}

std::span<const RowLossRecord> RowLossFile::all() const {
  const std::span<const std::byte> bytes = file_.bytes();
  return {reinterpret_cast<const RowLossRecord*>(bytes.data()),
          bytes.size() / sizeof(RowLossRecord)};
}

std::span<const RowLossRecord> RowLossFile::of_step(int64_t step) const {
  const auto found = std::ranges::equal_range(all(), step, {}, &RowLossRecord::step);
  return {found.begin(), found.end()};
}

}  // namespace twofold
