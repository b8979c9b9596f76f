#pragma once
// logging/wandb: an offline run of Weights & Biases below wandb/, for `wandb sync`.
//
// A run that goes on continues the same file, under the same id. What is shown over steps is so by
// "train/global_step": W&B's own count of steps takes one row a step, and a step that is validated
// has two.

#include <map>
#include <optional>

#include "formats/protobuf.h"
#include "train/recorders/log_writer.h"
#include "train/recorders/recorder.h"

namespace twofold {

class Wandb : public LogWriter {
 public:
  explicit Wandb(RecordedRun run);
  std::string setting() const override { return "logging/wandb"; }
  int64_t open(int64_t points) override;
  void add(const LogPoint& point) override;
  void add_text(const std::string& tag, const std::string& text, int64_t step) override;
  void sync() override;
  void finish() override;

 private:
  using Items = std::map<std::string, std::string>;  ///< key -> JSON

  /// The file of the run, which is made if there is none.
  Path run_file();
  /// Takes over what was written before: returns how much of the file that is.
  uint64_t read_back(int64_t points);
  void take_over(const std::string& record);
  void begin_run();
  /// Writes the settings that the file does not have.
  void write_config();
  void write_row(Items items, double time);
  void write_summary();
  void append(uint32_t field, const formats::MessageWriter& content);

  RecordedRun run_;
  Path path_;
  std::string id_;
  double start_time_ = 0;
  int64_t records_ = 0, rows_ = 0, points_ = 0;
  Items config_, known_config_;     ///< the settings, and those that the file has
  Items latest_;                    ///< of each key
  bool has_news_ = false;           ///< since open()
  std::optional<OutputFile> file_;  ///< since open()
};

}  // namespace twofold
