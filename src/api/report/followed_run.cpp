#include "api/report/followed_run.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/folders.h"
#include "checkpoint/store.h"
#include "inspect/spike.h"
#include "twofold/why.h"

namespace twofold {
namespace {

constexpr size_t kSteps = 3, kRows = 6;  // that are shown
constexpr size_t kText = 400;            // bytes of a row

const ExecutionSpec& validated(const ExecutionSpec& spec) {
  spec.validate();
  return spec;
}

std::vector<report::Checkpoint> checkpoints_of(const ExecutionSpec& spec) {
  std::vector<report::Checkpoint> all;
  if (kind_of(spec.checkpoints()) != PathKind::kFolder) return all;
  for (const CheckpointInfo& info : CheckpointStore(spec.checkpoints()).list()) {
    all.push_back({.suffix = info.suffix,
                   .step = info.step(),
                   .tokens = info.tokens(),
                   .bytes = info.bytes,
                   .phase = info.phase()});
  }
  return all;
}

std::string beginning_of(const std::string& text) {
  if (text.size() <= kText) return text;
  size_t end = kText;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // not within a character
  return text.substr(0, end) + "…";
}

report::LossRows shown(const StepRows& step) {
  report::LossRows all{.step = step.step, .loss = step.loss, .before = step.before};
  for (const RankedRow& row : step.rows) {
    if (all.rows.size() == kRows) break;
    const auto tokens = static_cast<double>(std::max<int64_t>(row.loss.count, 1));
    all.rows.push_back({.dataset = row.dataset,
                        .text = beginning_of(row.text),
                        .row = row.row,
                        .epoch = row.epoch,
                        .tokens = row.loss.count,
                        .loss = row.loss.sum / tokens,
                        .share = row.share});
  }
  return all;
}

std::vector<report::LossRows> loss_rows_of(const ExecutionSpec& spec) {
  std::vector<report::LossRows> all;
  const Path file = spec.results() / kRowLossesFile;
  if (kind_of(file) != PathKind::kFile) return all;
  for (const StepLoss& step : largest_rises(losses_of_steps(RowLossFile(file).all()), kSteps)) {
    try {
      all.push_back(shown(why(spec, step.step)));
    } catch (const Error&) {  // the data are gone, or others: the page is made without their rows
      break;
    }
  }
  return all;
}

/// How a run may be called, from the shortest name to one that no other run has.
using Name = std::string (*)(const ExecutionSpec&);
constexpr std::array<Name, 3> kNames = {
    [](const ExecutionSpec& spec) { return spec.name; },
    [](const ExecutionSpec& spec) { return spec.project + "/" + spec.group + "/" + spec.name; },
    [](const ExecutionSpec& spec) { return spec.results().string(); }};

std::string shown_name(const ExecutionSpec& spec, const std::vector<ExecutionSpec>& runs) {
  const auto is_its_own = [&](const Name& name) {
    return std::ranges::none_of(runs, [&](const ExecutionSpec& other) {
      return name(other) == name(spec) && other.results() != spec.results();
    });
  };
  return (*std::ranges::find_if(kNames, is_its_own))(spec);  // its folder is, at the latest
}

}  // namespace

FollowedRun::FollowedRun(const ExecutionSpec& spec, std::string name)
    : spec_(validated(spec)), reader_(std::move(name), spec.results()) {}

bool FollowedRun::refresh() { return reader_.refresh(); }

const report::RunData& FollowedRun::gather(bool with_rows) {
  report::RunData& data = reader_.data();
  data.checkpoints = checkpoints_of(spec_);
  if (!rows_known_ && (with_rows || data.finished())) {
    data.loss_rows = loss_rows_of(spec_);
    rows_known_ = true;
  }
  return data;
}

std::vector<FollowedRun> follow(const std::vector<ExecutionSpec>& runs) {
  std::set<Path> followed;
  std::vector<FollowedRun> all;
  for (const ExecutionSpec& spec : runs) {
    if (followed.insert(spec.results()).second) all.emplace_back(spec, shown_name(spec, runs));
  }
  return all;
}

}  // namespace twofold
