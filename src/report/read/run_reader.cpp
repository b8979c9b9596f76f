#include "report/read/run_reader.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "formats/json.h"
#include "report/read/lines.h"
#include "report/read/results.h"
#include "report/settings.h"

namespace twofold::report {
namespace {

constexpr const char* kConfig = "config.yaml";
constexpr const char* kContinual = "continual.json";
constexpr const char* kAdapterCurve = "adapter_curve.json";

void require_begun(const Path& results) {
  std::error_code ignored;
  if (std::filesystem::exists(results / kConfig, ignored)) return;
  fail({.what = "this run has not begun",
        .where = results.string(),
        .expected = "the results of a run: config.yaml, metrics.jsonl",
        .found = std::filesystem::exists(results, ignored) ? "no config.yaml" : "no such folder",
        .hint = "check NAME, ROOT, --project and --group"});
}

}  // namespace

RunReader::RunReader(std::string name, Path results)
    : results_(std::move(results)),
      metrics_(results_ / "metrics.jsonl"),
      timing_(results_ / "timing.jsonl"),
      samples_(results_ / "samples.jsonl"),
      log_(results_ / "log.txt") {
  require_begun(results_);
  data_.name = std::move(name);
}

bool RunReader::changed(const char* file) {
  std::error_code absent;
  const Path path = results_ / file;
  const auto size = std::filesystem::file_size(path, absent);
  if (absent) return false;
  const auto time = std::filesystem::last_write_time(path, absent).time_since_epoch().count();
  const std::pair<uintmax_t, int64_t> stamp = {size, static_cast<int64_t>(time)};
  if (stamps_[file] == stamp) return false;
  stamps_[file] = stamp;
  return true;
}

bool RunReader::read_lines() {
  const auto take = [this](auto add) {
    return [this, add](const std::string& line) { add(line, data_); };
  };
  bool any = metrics_.read(
      [this] {
        data_.train.clear();
        data_.scored.clear();
      },
      take(add_metrics_line));
  any |= timing_.read([this] { data_.timing.clear(); }, take(add_timing_line));
  any |= samples_.read([this] { data_.samples.clear(); }, take(add_sample_line));
  any |= log_.read([this] { data_.warnings.clear(); }, take(add_log_line));
  return any;
}

bool RunReader::refresh() {
  bool any = read_lines();
  const auto document = [this](const char* file) {
    return formats::parse_json(read_text(results_ / file), (results_ / file).string());
  };
  if (changed(kConfig)) {
    data_.config = settings_in(read_text(results_ / kConfig), (results_ / kConfig).string());
    any = true;
  }
  if (changed(kContinual)) {
    data_.continual = continual_in(document(kContinual), (results_ / kContinual).string());
    any = true;
  }
  if (changed(kAdapterCurve)) {
    data_.adapter_curve =
        adapter_curve_in(document(kAdapterCurve), (results_ / kAdapterCurve).string());
    any = true;
  }
  return any;
}

}  // namespace twofold::report
