#include <fmt/format.h>
#include <twofold/process.h>

#include <cmath>
#include <memory>

#include "cli/commands.h"
#include "cli/filter.h"
#include "cli/model_options.h"

namespace {

/// A number as JSON: null if it is not finite, which JSON cannot express.
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
  twofold::JsonlReader lines(file);
  twofold::apply_process_settings();
  const twofold::Scorer scorer(source);
  filter(lines, Flush::kEachLine, [&](const twofold::JsonlReader& line) {
    const std::vector<int64_t> ids = line.integers("ids");
    return line_of(scorer.score(ids, line.where(), logits), ids.size());
  });
}

struct Arguments {
  twofold::ModelSource source;
  std::string ids = "-";
  bool logits = false, adapters_off = false;
};

}  // namespace

Command score_command() {
  const auto to = std::make_shared<Arguments>();
  return {.name = "score",
          .summary = "log-probabilities of ids, line by line",
          .options = with_model(to->source,
                                {{.names = "--ids",
                                  .target = &to->ids,
                                  .help = "JSON lines {\"ids\": [...]}: a file, or - for input",
                                  .required = true},
                                 {.names = "--logits",
                                  .target = &to->logits,
                                  .help = "write all logits too (ids x vocabulary numbers)"},
                                 {.names = "--adapters-off",
                                  .target = &to->adapters_off,
                                  .help = "of a run: the frozen base alone"},
                                 dtype_option(to->source.dtype),
                                 device_option(to->source.device)}),
          .run = [to] {
            to->source.adapters = !to->adapters_off;
            score_lines(to->source, to->ids, to->logits);
          }};
}
