#pragma once
// What other programs show of a run is a list of points: one for each line of metrics.jsonl, with
// the same numbers under names that those programs group, and with numbers beside them that are not
// reproducible. A log writer puts the points into the files of one such program.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace twofold {

struct LogPoint {
  int64_t step = 0;
  double wall_time = 0;  ///< seconds since 1970
  std::vector<std::pair<std::string, double>> values = {};
};

/// The point of a line of metrics.jsonl, now: `loss` of a step is "train/loss"; lists of numbers
/// below a key get names with slashes. What was scored at a moment that is not on the way of the
/// run (with the adapters off) has the moment in front, so that no name has two values at one step.
LogPoint point_of(const nlohmann::ordered_json& line);

/// Every method may throw: LogFollower sees to it that the run goes on.
class LogWriter {
 public:
  virtual ~LogWriter() = default;
  /// The setting that asked for it, for messages.
  virtual std::string setting() const = 0;
  /// Keeps the first `points` points of what was written before, drops all behind them, and returns
  /// how many there are.
  virtual int64_t open(int64_t points) = 0;
  virtual void add(const LogPoint& point) = 0;
  /// Text that the run wrote at this step.
  virtual void add_text(const std::string&, const std::string&, int64_t) {}
  /// Brings what was added to the disk.
  virtual void sync() = 0;
  /// The run is over. Nothing is added after that, but open() may follow.
  virtual void finish() { sync(); }
};

}  // namespace twofold
