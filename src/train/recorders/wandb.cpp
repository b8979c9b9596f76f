#include "train/recorders/wandb.h"

#include <fmt/chrono.h>

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/folders.h"
#include "formats/wandb_log.h"
#include "train/recorders/wandb_records.h"

namespace twofold {
namespace {

using formats::MessageWriter;
using formats::WandbLogReader;

constexpr const char* kFolderPrefix = "offline-run-";
constexpr const char* kGlobalStep = "train/global_step";

double wandb_now() {
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return now.count();
}

/// A number as W&B's JSON has it, which knows NaN and Infinity.
std::string wandb_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return nlohmann::json(value).dump();
}

std::string wandb_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Eight letters and digits by which a run is known to W&B, of its own place and time.
std::string new_run_id(const Path& results, double time) {
  const std::string origin = std::filesystem::absolute(results).string() + fmt::format("{}", time);
  const std::string digits = checksum_bytes(std::as_bytes(std::span(origin.data(), origin.size())));
  uint64_t number = std::stoull(digits.substr(0, 16), nullptr, 16);
  std::string id;
  for (int i = 0; i < 8; ++i, number /= 36)
    id += "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
  return id;
}

}  // namespace

Wandb::Wandb(RecordedRun run) : run_(std::move(run)) {
  const auto settings = nlohmann::ordered_json::parse(run_.settings);
  for (const auto& [section, values] : settings.items()) config_[section] = values.dump();
}

Path Wandb::run_file() {
  const Path folder = run_.results / "wandb";
  make_folders(folder);
  Path newest;
  for (const Path& entry : entries_in(folder)) {
    if (entry.filename().string().starts_with(kFolderPrefix)) newest = entry;
  }
  if (newest.empty()) {
    start_time_ = wandb_now();
    id_ = new_run_id(run_.results, start_time_);
    const auto local = fmt::localtime(static_cast<std::time_t>(start_time_));
    newest = folder / fmt::format("{}{:%Y%m%d_%H%M%S}-{}", kFolderPrefix, local, id_);
    make_folders(newest / "files");
  } else {
    const std::string name = newest.filename().string();
    id_ = name.substr(name.rfind('-') + 1);
  }
  return newest / fmt::format("run-{}.wandb", id_);
}

int64_t Wandb::open(int64_t points) {
  records_ = rows_ = points_ = 0;
  latest_.clear();
  known_config_.clear();
  path_ = run_file();
  const uint64_t keep = read_back(points);
  std::error_code ignored;  // opening the file for writing reports what is wrong with it
  std::filesystem::resize_file(path_, keep, ignored);
  file_.emplace(path_, OutputFile::Mode::kAppend);
  if (keep == 0) {
    records_ = 0;
    begin_run();
  } else {
    write_config();
  }
  return points_;
}

uint64_t Wandb::read_back(int64_t points) {
  if (kind_of(path_) != PathKind::kFile) return 0;
  const MappedFile file(path_);
  WandbLogReader reader({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()});
  while (points_ < points) {
    const std::optional<std::string> record = reader.next();
    if (!record) break;
    take_over(*record);
  }
  return points_ == 0 ? 0 : reader.position();
}

void Wandb::take_over(const std::string& record) {
  ++records_;
  const auto known = [&](const Items& items) {
    for (const auto& [key, json] : items) known_config_[key] = json;
  };
  formats::MessageReader fields(record);
  while (const auto field = fields.next()) {
    if (field->number == wandb::kRun) {
      const wandb::RunRecord run = wandb::read_run(field->bytes);
      start_time_ = run.start_time;
      known(run.config);
    } else if (field->number == wandb::kConfig) {
      known(wandb::read_items(field->bytes));
    } else if (field->number == wandb::kHistory) {
      const Items items = wandb::read_items(field->bytes);
      points_ += items.contains(kGlobalStep) ? 1 : 0;
      ++rows_;
      for (const auto& [key, json] : items) latest_[key] = json;
    }
  }
}

void Wandb::append(uint32_t field, const MessageWriter& content) {
  const std::string record =
      MessageWriter().integer(wandb::kNumber, ++records_).message(field, content).text();
  file_.value().write(formats::wandb_log_record(record, file_.value().position()));
  file_.value().flush();
}

void Wandb::begin_run() {
  if (start_time_ == 0) start_time_ = wandb_now();
  file_.value().write(formats::wandb_log_head());
  const MessageWriter versions = MessageWriter().bytes(1, "twofold").bytes(2, "0.70.0");
  append(wandb::kHeader, MessageWriter().message(1, versions));
  append(wandb::kRun, wandb::run_message({.id = id_,
                                          .project = run_.project,
                                          .group = run_.group,
                                          .name = run_.name,
                                          .config = config_,
                                          .start_time = start_time_}));
  // MetricRecord: 1 name, 2 glob_name, 4 step_metric, 6 options {1 step_sync, 3 defined}.
  append(wandb::kMetric,
         MessageWriter().bytes(1, kGlobalStep).message(6, MessageWriter().integer(3, 1)));
  append(wandb::kMetric, MessageWriter()
                             .bytes(2, "*")
                             .bytes(4, kGlobalStep)
                             .message(6, MessageWriter().integer(1, 1).integer(3, 1)));
}

void Wandb::write_config() {
  Items news;
  for (const auto& [key, json] : config_) {
    const auto known = known_config_.find(key);
    if (known == known_config_.end() || known->second != json) news[key] = json;
  }
  if (!news.empty()) append(wandb::kConfig, wandb::items_message(news));
}

void Wandb::write_row(Items items, double time) {
  items["_step"] = std::to_string(rows_);
  items["_timestamp"] = wandb_number(time);
  items["_runtime"] = wandb_number(std::max(0.0, time - start_time_));
  MessageWriter row = wandb::items_message(items);
  append(wandb::kHistory, row.message(2, MessageWriter().integer(1, rows_)));
  ++rows_;
  for (auto& [key, json] : items) latest_[key] = std::move(json);
}

void Wandb::add(const LogPoint& point) {
  Items items = {{kGlobalStep, std::to_string(point.step)}};
  for (const auto& [name, value] : point.values) items[name] = wandb_number(value);
  write_row(std::move(items), point.wall_time);
  ++points_;
  if (has_news_) return;
  has_news_ = true;
  std::error_code ignored;  // `wandb sync` leaves out what has this file
  std::filesystem::remove(path_.string() + ".synced", ignored);
}

void Wandb::add_text(const std::string& tag, const std::string& text, int64_t) {
  write_row({{tag, wandb_text(text)}}, wandb_now());
}

void Wandb::write_summary() {
  if (!latest_.empty()) append(wandb::kSummaryRecord, wandb::items_message(latest_));
}

void Wandb::sync() {
  write_summary();
  sync_path(path_);
}

void Wandb::finish() {
  write_summary();
  const auto runtime = static_cast<int64_t>(std::max(0.0, wandb_now() - start_time_));
  append(wandb::kExit, MessageWriter().integer(1, 0).integer(2, runtime));
  sync_path(path_);
}

}  // namespace twofold
