#include <fmt/format.h>
#include <twofold/model.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>

#include "cli/commands.h"
#include "cli/filter.h"
#include "cli/model_options.h"

namespace {

/// A number as JSON has it; it knows no NaN.
template <class Number>
std::string number(Number value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "null";
}

std::string list(const float* values, size_t count) {
  std::string text = "[";
  for (size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + number(values[i]);
  return text + "]";
}

/// {"loss": …, "tokens": …, "logprobs": […]} and, if they were asked for, "logits": [[…], …].
std::string line_of(const twofold::Score& score, size_t ids) {
  std::string text =
      fmt::format("{{\"loss\":{},\"tokens\":{},\"logprobs\":{}", number(score.loss),
                  score.logprobs.size(), list(score.logprobs.data(), score.logprobs.size()));
  if (!score.logits.empty()) {
    const size_t vocabulary = score.logits.size() / ids;
    text += ",\"logits\":[";
    for (size_t i = 0; i < ids; ++i) {
      text += (i == 0 ? "" : ",") + list(score.logits.data() + i * vocabulary, vocabulary);
    }
    text += "]";
  }
  return text + "}";
}

void score_lines(const twofold::ModelSource& source, const std::string& file, bool logits) {
  twofold::formats::JsonLines lines(file);
  const twofold::Scorer scorer(source);
  filter(lines, Flush::kEachLine, [&](const nlohmann::json& object, const std::string& where) {
    const std::vector<int64_t> ids = twofold::formats::integer_list(object, "ids", where);
    return line_of(scorer.score(ids, where, logits), ids.size());
  });
}

struct Arguments {
  twofold::ModelSource source;
  std::string ids = "-";
  bool logits = false, adapters_off = false;
};

}  // namespace

void add_score(CLI::App& app) {
  CLI::App* command = app.add_subcommand("score", "log-probabilities of ids, line by line");
  const auto to = std::make_shared<Arguments>();
  take_model(command, to->source);
  command->add_option("--ids", to->ids, "JSON lines {\"ids\": [...]}: a file, or - for input")
      ->required();
  command->add_flag("--logits", to->logits, "write all logits too (ids x vocabulary numbers)");
  command->add_flag("--adapters-off", to->adapters_off, "of a run: the frozen base alone");
  command->callback([to] {
    to->source.adapters = !to->adapters_off;
    score_lines(to->source, to->ids, to->logits);
  });
}
