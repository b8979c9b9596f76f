#include "train/run_state.h"

#include "base/error.h"

namespace twofold {

void RunState::enter_phase(int next) {
  phase = next;
  phase_step = 0;
  best_loss = std::numeric_limits<double>::infinity();
  stale_validations = 0;
  phase_ended_early = false;
}

void RunState::forget_scores() {
  scores.clear();
  validated_step = -1;
  best_loss = std::numeric_limits<double>::infinity();
  stale_validations = 0;
}

nlohmann::json RunState::to_json() const {
  nlohmann::json json = {{"phase", phase},
                         {"step", step},
                         {"phase_step", phase_step},
                         {"tokens", tokens},
                         {"seed", seed},
                         {"finished", finished},
                         {"validated_step", validated_step},
                         {"stale_validations", stale_validations},
                         {"phase_ended_early", phase_ended_early},
                         {"metrics_bytes", metrics_bytes},
                         {"scores", scores},
                         {"weights_dtype", weights_dtype},
                         {"base_id", base_id},
                         {"cpu_model", cpu_model},
                         {"native_bfloat16", nullptr},
                         {"data", data}};
  if (native_bfloat16) json["native_bfloat16"] = *native_bfloat16;
  // JSON has no infinity: a run that has not been validated has no best loss.
  json["best_loss"] = best_loss < std::numeric_limits<double>::infinity()
                          ? nlohmann::json(best_loss)
                          : nlohmann::json(nullptr);
  if (!trained_rows.empty()) json["trained_rows"] = trained_rows;
  return json;
}

RunState RunState::from_json(const nlohmann::json& json, const std::string& file) {
  RunState state;
  try {
    json.at("phase").get_to(state.phase);
    json.at("step").get_to(state.step);
    json.at("phase_step").get_to(state.phase_step);
    json.at("tokens").get_to(state.tokens);
    json.at("seed").get_to(state.seed);
    json.at("finished").get_to(state.finished);
    json.at("validated_step").get_to(state.validated_step);
    json.at("stale_validations").get_to(state.stale_validations);
    json.at("phase_ended_early").get_to(state.phase_ended_early);
    json.at("metrics_bytes").get_to(state.metrics_bytes);
    json.at("scores").get_to(state.scores);
    json.at("weights_dtype").get_to(state.weights_dtype);
    json.at("base_id").get_to(state.base_id);
    json.at("cpu_model").get_to(state.cpu_model);
    const nlohmann::json& native = json.at("native_bfloat16");
    if (!native.is_null()) state.native_bfloat16 = native.get<bool>();
    if (json.contains("trained_rows")) json.at("trained_rows").get_to(state.trained_rows);
    json.at("data").get_to(state.data);
    if (!json.at("best_loss").is_null()) json.at("best_loss").get_to(state.best_loss);
  } catch (const nlohmann::json::exception& problem) {
    fail({.what = "the checkpoint's state is not readable",
          .where = file,
          .expected = "the entries that this version of twofold writes",
          .found = problem.what(),
          .hint = "choose another checkpoint, or go on with the version that wrote it"});
  }
  return state;
}

}  // namespace twofold
