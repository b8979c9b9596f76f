#pragma once
// All that a run is, besides its tensors: where it stands, what it scored, what it has logged.
// Saved in every checkpoint and restored whole.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "twofold/eval/milestone.h"

namespace twofold {

/// What a task scored at a boundary. Without items: it has no value.
struct TaskScored {
  std::string name = {};  ///< of the metric: "val/shakespeare/loss", "eval/scan/exact_match"
  bool higher_is_better = false;
  double value = 0;
  int64_t items = 0;
  std::optional<double> standard_error = {};
};

/// What all tasks scored at one moment of a run.
struct BoundaryScores {
  std::string label = {};  ///< "start", "boundary_0_1", …: as in metrics.jsonl
  int64_t step = 0, tokens = 0;
  int phase = 1;
  std::vector<TaskScored> tasks = {};
};

struct RunState {
  int phase = 1;           ///< place in the run's list of phases, from 1
  int64_t step = 0;        ///< optimizer steps over the whole run
  int64_t phase_step = 0;  ///< of the current phase
  int64_t tokens = 0;      ///< consumed over the whole run
  uint64_t seed = 0;
  bool finished = false;

  int64_t validated_step = -1;           ///< the last step that was validated
  std::optional<double> best_loss = {};  ///< of the current phase; none: not validated yet
  int64_t stale_validations = 0;         ///< periodic validations since the best (early stopping)
  bool phase_ended_early = false;

  uint64_t metrics_bytes = 0;  ///< length of metrics.jsonl when this state was current
  MilestoneScores scores = {};
  std::vector<BoundaryScores> boundaries = {};  ///< passed so far, in order
  std::string weights_dtype = {};  ///< dtype the weights came in (Hugging Face folder), or empty
  std::string base_id = {};        ///< identity of the frozen base
  /// Rows of tables that are trained in addition to the adapters: leaf -> ids.
  std::map<std::string, std::vector<int64_t>> trained_tokens = {};

  /// What the last bits depend on: the processor that this was computed on, the level of its
  /// instruction set (ops/isa.h), the number of threads, and how bfloat16 products are computed
  /// (ops/matmul.h).
  std::string cpu_model = {};
  std::string isa = "avx2";                  ///< the only level that older checkpoints knew
  int64_t threads = 0;                       ///< 0: not known
  std::optional<bool> native_bfloat16 = {};  ///< none: no such product so far

  /// Fingerprints of the files of each dataset (data/read/fingerprint.h) when this was computed.
  std::map<std::string, std::string> data = {};

  enum class Stored { kAlways, kSinceLater };  ///< kSinceLater: older checkpoints lack it
  /// Calls entry(name in state.json, member, Stored) for every member that is saved. The only list
  /// of them.
  template <class State, class Entry>
  static void each(State& state, const Entry& entry) {
    constexpr Stored kAlways = Stored::kAlways;
    entry("phase", state.phase, kAlways);
    entry("step", state.step, kAlways);
    entry("phase_step", state.phase_step, kAlways);
    entry("tokens", state.tokens, kAlways);
    entry("seed", state.seed, kAlways);
    entry("finished", state.finished, kAlways);
    entry("validated_step", state.validated_step, kAlways);
    entry("best_loss", state.best_loss, kAlways);
    entry("stale_validations", state.stale_validations, kAlways);
    entry("phase_ended_early", state.phase_ended_early, kAlways);
    entry("metrics_bytes", state.metrics_bytes, kAlways);
    entry("scores", state.scores, kAlways);
    entry("boundaries", state.boundaries, Stored::kSinceLater);
    entry("weights_dtype", state.weights_dtype, kAlways);
    entry("base_id", state.base_id, kAlways);
    entry("trained_rows", state.trained_tokens, Stored::kSinceLater);
    entry("cpu_model", state.cpu_model, kAlways);
    entry("isa", state.isa, Stored::kSinceLater);
    entry("threads", state.threads, Stored::kSinceLater);
    entry("native_bfloat16", state.native_bfloat16, kAlways);
    entry("data", state.data, kAlways);
  }

  void enter_phase(int next);
  /// The next task of a phase begins: its losses are not compared with those of the one before.
  void enter_task();
  /// Counts a step that consumed `step_tokens`.
  void advance(int64_t step_tokens);
  /// Notes the `loss` of a periodic validation at this step. After `patience` validations in a row
  /// without a better loss the phase ends (0: never). Returns whether `loss` is the phase's best so
  /// far.
  bool note_validation(double loss, int64_t patience);
  /// The same, except that a loss that is not better does not use up any patience.
  bool note_loss(double loss);
  /// Whether so many validations have had no better loss that the phase ends; 0: never.
  bool out_of_patience(int64_t patience) const {
    return patience > 0 && stale_validations >= patience;
  }
  /// What was scored at a boundary; null: it has not been passed.
  const BoundaryScores* find_boundary(const std::string& label) const;
  /// Drops every score and the best loss, for when they cannot be compared with later ones.
  void forget_scores();
};

}  // namespace twofold
