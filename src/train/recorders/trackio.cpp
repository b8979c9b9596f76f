#include "train/recorders/trackio.h"

#include <fmt/chrono.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/folders.h"

namespace twofold {
namespace {

/// The statements that make what is missing of Trackio's tables (schema version 2, of 0.43). A
/// dashboard that opens the file adds the tables that are of no use here.
constexpr const char* kTrackioSchema[] = {
    "CREATE TABLE IF NOT EXISTS metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT "
    "NULL, timestamp TEXT NOT NULL, run_name TEXT NOT NULL, step INTEGER NOT NULL, metrics TEXT "
    "NOT "
    "NULL, log_id TEXT, space_id TEXT)",
    "CREATE TABLE IF NOT EXISTS configs (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT "
    "NULL, run_name TEXT NOT NULL, config TEXT NOT NULL, created_at TEXT NOT NULL, UNIQUE(run_id))",
    "CREATE TABLE IF NOT EXISTS system_metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT "
    "NOT NULL, timestamp TEXT NOT NULL, run_name TEXT NOT NULL, metrics TEXT NOT NULL, log_id "
    "TEXT, "
    "space_id TEXT)",
    "CREATE INDEX IF NOT EXISTS idx_metrics_run_step ON metrics(run_id, step)",
    "CREATE UNIQUE INDEX IF NOT EXISTS idx_metrics_log_id ON metrics(log_id) WHERE log_id IS NOT "
    "NULL",
};

/// A project's name as its files have it.
std::string file_name_of_project(const std::string& project) {
  std::string name;
  for (const char c : project) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_') name += c;
  }
  return name.empty() ? "default" : name;
}

std::string iso_time(double seconds) {
  const auto whole = static_cast<std::time_t>(std::floor(seconds));
  const auto micro = static_cast<int64_t>((seconds - std::floor(seconds)) * 1e6);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}+00:00", fmt::gmtime(whole), micro);
}

double seconds_now() {
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return now.count();
}

/// A number, or the text that Trackio has for what JSON has no number for.
nlohmann::json trackio_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

const char* trackio_folder() {
  const char* folder = std::getenv("TRACKIO_DIR");
  return folder && *folder ? folder : nullptr;
}

/// The same for a run that goes on. A database of its own may be moved; in one that several runs
/// share, runs of other folders are others.
std::string run_id_of(const RecordedRun& run) {
  std::string identity = run.project + "/" + run.group + "/" + run.name;
  if (trackio_folder()) identity = std::filesystem::absolute(run.results).string();
  return checksum_bytes(std::as_bytes(std::span(identity.data(), identity.size())));
}

}  // namespace

Path trackio_database(const Path& results, const std::string& project) {
  const char* folder = trackio_folder();
  return (folder ? Path(folder) : results) / (file_name_of_project(project) + ".db");
}

Trackio::Trackio(RecordedRun run)
    : run_(std::move(run)),
      file_(trackio_database(run_.results, run_.project)),
      id_(run_id_of(run_)) {}

int64_t Trackio::open(int64_t points) {
  make_folders(file_.parent_path());
  database_.emplace(file_);
  // As Trackio sets them: who reads does not wait for who writes.
  database_->run("PRAGMA journal_mode = WAL");
  database_->run("PRAGMA synchronous = NORMAL");
  for (const char* statement : kTrackioSchema) database_->run(statement);
  const int64_t last = database_->number("SELECT id FROM metrics WHERE run_id = ? AND log_id = ?",
                                         {id_, id_ + "/" + std::to_string(points - 1)});
  if (last > 0 || points == 0) {
    database_->run("DELETE FROM metrics WHERE run_id = ? AND id > ?", {id_, last});
  }
  points_ = database_->number(
      "SELECT COUNT(*) FROM metrics WHERE run_id = ? AND log_id GLOB '*/[0-9]*'", {id_});
  write_config();
  return points_;
}

void Trackio::write_config() {
  auto config = nlohmann::ordered_json::parse(run_.settings);
  const std::string now = iso_time(seconds_now());
  config["_Username"] = nullptr;
  config["_Created"] = now;
  config["_Group"] = run_.group;
  database_->run(
      "INSERT INTO configs (run_id, run_name, config, created_at) VALUES (?, ?, ?, ?) "
      "ON CONFLICT(run_id) DO UPDATE SET config = excluded.config",
      {id_, run_.name, config.dump(), now});
}

void Trackio::insert(const std::string& row, int64_t step, double time, const std::string& values) {
  database_->run(
      "INSERT INTO metrics (timestamp, run_id, run_name, step, metrics, log_id) VALUES "
      "(?, ?, ?, ?, ?, ?)",
      {iso_time(time), id_, run_.name, step, values, id_ + "/" + row});
}

void Trackio::add(const LogPoint& point) {
  nlohmann::ordered_json values = nlohmann::ordered_json::object();
  for (const auto& [name, value] : point.values) values[name] = trackio_number(value);
  insert(std::to_string(points_), point.step, point.wall_time, values.dump());
  ++points_;
}

void Trackio::add_text(const std::string& tag, const std::string& text, int64_t step) {
  const nlohmann::json markdown = {{"_type", "trackio.markdown"}, {"_value", text}};
  insert(tag, step, seconds_now(),
         nlohmann::json{{tag, markdown}}.dump(-1, ' ', false,
                                              nlohmann::json::error_handler_t::replace));
}

void Trackio::sync() {
  database_->run("PRAGMA wal_checkpoint(PASSIVE)");
  sync_path(file_);  // a file that somebody has removed is noticed
}

}  // namespace twofold
