#pragma once
// What a run measured of a dataset or a task, and how it changed.

#include <optional>
#include <string>
#include <vector>

#include "report/run_data.h"
#include "twofold/evaluator.h"

namespace twofold::report {

/// "val/kjv/loss": the loss of kjv. "eval/piqa/acc": the acc of piqa.
struct Measure {
  std::string key, subject, unit;
  std::optional<Metric::Better> better = {};  ///< none: not known
};

Measure measure_of(const std::string& key);
/// Every measure of the runs, validation losses first, by name.
std::vector<Measure> measures_of(const std::vector<RunData>& runs);
/// Whether another measure of the same task says the same in other units: perplexities by word and
/// by byte beside bits per byte.
bool is_derived(const Measure& measure, const std::vector<Measure>& all);

struct Change {
  Measure measure;
  Estimate from, to;
  double value = kNoNumber;  ///< to - from
  Bounds interval = {};      ///< 95 %, of the difference
  std::string verdict = {};  ///< of <stats/transfer.h>; empty: a bare sign says nothing
  bool paired = false;       ///< over the same items; else the two scores are taken as independent
};

/// The difference of two scores that are taken as independent.
Change change_between(const Measure& measure, const Estimate& from, const Estimate& to);

/// The scores at a moment; null if the run has not come there.
const Scored* moment(const RunData& run, const std::string& name);
/// The newest score of a measure, the milestone without adapters aside; null without any.
const Estimate* newest(const RunData& run, const std::string& key);
/// Where the changes of a run begin (stats::changes_begin); null before the first score.
const Scored* changes_begin(const RunData& run);
/// Paired where the run has compared the same two moments item by item.
std::vector<Change> changes_of(const RunData& run);

}  // namespace twofold::report
