#pragma once
// All that a run is, besides its tensors: where it stands, what it scored, what it has logged.
// Saved in every checkpoint and restored whole.

#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace twofold {

/// Loss of every dataset at one moment of the run ("start", "boundary", "frozen", "end", …).
using Scores = std::map<std::string, double>;

struct RunState {
  int phase = 1;
  int64_t step = 0;        ///< optimizer steps over the whole run
  int64_t phase_step = 0;  ///< of the current phase
  int64_t tokens = 0;      ///< consumed over the whole run
  uint64_t seed = 0;
  bool finished = false;

  int64_t validated_step = -1;                                 ///< the last step that was validated
  double best_loss = std::numeric_limits<double>::infinity();  ///< of the current phase
  int64_t stale_validations = 0;  ///< periodic validations since the best (early stopping)
  bool phase_ended_early = false;

  uint64_t metrics_bytes = 0;  ///< length of metrics.jsonl when this state was current
  std::map<std::string, Scores> scores = {};
  std::string weights_dtype = {};  ///< dtype the weights came in (Hugging Face folder), or empty
  std::string base_id = {};        ///< identity of the frozen base (phase 2)
  /// Rows of tables that phase 2 trains beside the adapters: leaf -> ids.
  std::map<std::string, std::vector<int64_t>> trained_rows = {};

  /// Where this was computed and how bfloat16 products are (ops/matmul.h): the last bits depend
  /// on both.
  std::string cpu_model = {};
  std::optional<bool> native_bfloat16 = {};  ///< none: no such product so far

  /// What the files of each dataset were (data/read/fingerprint.h) when this was computed.
  std::map<std::string, std::string> data = {};

  void enter_phase(int next);
  /// Drops every score, and what was best: they cannot be compared with those to come.
  void forget_scores();
  /// Whether so many validations without a better loss end the phase; 0: none do.
  bool out_of_patience(int64_t patience) const {
    return patience > 0 && stale_validations >= patience;
  }
  nlohmann::json to_json() const;
  /// Throws an Error naming `file` and the field if something is missing or of the wrong type.
  static RunState from_json(const nlohmann::json& json, const std::string& file);
};

}  // namespace twofold
