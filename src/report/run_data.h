#pragma once
// What a report is made of: one run's files, read.

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace twofold::report {

inline constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

/// A value, and how sure it is.
struct Estimate {
  double value = kNoNumber;
  double standard_error = kNoNumber;  ///< NaN: not known
};

/// A 95 % interval; NaN where there is none.
struct Bounds {
  double low = kNoNumber, high = kNoNumber;
};

struct TrainPoint {
  int64_t step = 0, tokens = 0;
  int phase = 1;
  double loss = kNoNumber, lr = kNoNumber, grad_norm = kNoNumber;
};

/// What a run measures of a module's update at a validation, in the order of kUpdateMeasures.
using UpdateMeasures = std::array<double, 4>;

/// One validation, or the scores at a milestone ("start", "boundary", "frozen", …).
struct Scored {
  int64_t step = 0;
  int phase = 1;
  std::string moment = {};                             ///< empty: a periodic validation
  std::map<std::string, Estimate> metrics = {};        ///< "val/kjv/loss", "eval/piqa/acc"
  std::map<std::string, UpdateMeasures> updates = {};  ///< by module path
};

struct TimePoint {
  int64_t step = 0;
  double tokens_per_s = kNoNumber, rss_mib = kNoNumber, elapsed_s = kNoNumber;
};

/// A text that the model wrote; `which`: in which state ("adapters off"), empty without adapters.
struct Sample {
  std::string which = {}, text = {};
};

/// R of a continual run: what each task scored at each boundary.
struct ContinualScore {
  double value = kNoNumber;
  Bounds interval = {};
};
/// From one boundary to another, paired over the same items; the run says what it was.
struct ContinualChange {
  std::string task = {}, metric = {}, from = {}, to = {};
  double value = kNoNumber;
  Bounds interval = {};
  std::string verdict = {};  ///< empty: there is no interval
};
struct Continual {
  std::vector<std::string> tasks = {}, task_metrics = {}, boundaries = {};
  std::vector<std::vector<std::optional<ContinualScore>>> scores = {};  ///< [boundary][task]
  std::vector<std::pair<std::string, double>> metrics = {};
  std::vector<ContinualChange> changes = {};
  std::vector<ContinualChange> outcome = {};  ///< what the run, or its phase 2, has done so far
};

/// Scores with the adapters scaled from 0 to 1.
struct AdapterCurve {
  std::vector<double> scales = {};
  std::vector<std::pair<std::string, std::vector<Estimate>>> evaluations = {};
};

struct Checkpoint {
  std::string suffix = {};
  int64_t step = 0, tokens = 0, bytes = 0;
  int phase = 1;
};

/// A row behind the largest losses.
struct LossRow {
  std::string dataset = {}, text = {};
  int64_t row = 0, epoch = 0, tokens = 0;
  double loss = 0, share = 0;
};
struct LossRows {
  int64_t step = 0;
  double loss = 0, before = 0;  ///< of that step, and the median of those before it
  std::vector<LossRow> rows = {};
};

struct RunData {
  std::string name = {};
  std::vector<std::pair<std::string, std::string>> config = {};  ///< slash key, value; in order
  std::vector<TrainPoint> train = {};
  std::vector<Scored> scored = {};
  std::vector<TimePoint> timing = {};
  std::vector<std::string> warnings = {};
  std::vector<Sample> samples = {};
  std::vector<Continual> continual = {};  ///< of the evaluations, and of the validation losses
  std::optional<AdapterCurve> adapter_curve = {};
  // Of the run's checkpoints and data, which the reader of its results does not open.
  std::vector<Checkpoint> checkpoints = {};
  std::vector<LossRows> loss_rows = {};

  const std::string* setting(const std::string& key) const;
  int64_t last_step() const;
  int64_t last_tokens() const;
  /// Of the whole run, as its config has it; 0 if it does not say.
  int64_t total_steps() const;
  /// A run that has been given a larger budget goes on, whatever it scored at its end before.
  bool finished() const;
  /// The first step of a run's second phase; none in a run that has one phase so far.
  std::optional<int64_t> switch_step() const;
};

/// One of them: the key in metrics.jsonl, and what it says to people.
struct UpdateMeasure {
  const char* key;
  const char* title;
  const char* note;
};
inline constexpr std::array<UpdateMeasure, 4> kUpdateMeasures = {{
    {"relative_norm", "size of the update", "‖ΔW‖ / ‖W‖"},
    {"rank90", "rank of the update", "directions that hold 90 % of ‖ΔW‖²"},
    {"top_share", "along W's own directions", "share of ΔW in the top r singular directions of W"},
    {"intruders", "intruder dimensions",
     "of the 10 largest directions of W + ΔW, those that resemble none of W"},
}};

}  // namespace twofold::report
