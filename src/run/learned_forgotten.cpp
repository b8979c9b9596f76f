#include "run/learned_forgotten.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "eval/generate.h"

namespace twofold {
namespace {

struct Moment {
  const char* key;
  const char* heading;
};
constexpr Moment kMoments[] = {{"start", "start"},
                               {"boundary", "boundary"},
                               {"frozen", "frozen"},
                               {"adapters_off", "end, adapters off"},
                               {"end", "end"}};

constexpr const char* kNone = "–";

const Scores* find(const RunState& progress, const char* moment) {
  const auto scores = progress.scores.find(moment);
  return scores == progress.scores.end() ? nullptr : &scores->second;
}

std::string change(const Scores* from, const Scores* to, const std::string& dataset) {
  if (!from || from == to || !from->contains(dataset) || !to->contains(dataset)) return kNone;
  const double change = to->at(dataset) - from->at(dataset);
  return fmt::format("{:+.4f} {}", change, change < 0 ? "learned" : "forgotten");
}

/// One line of printable text: what a tokenizer of bytes may split or invent is shown as a dot.
std::string on_one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    if (c == '\n') {
      line += " / ";
    } else {
      line +=
          static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F ? '.' : c;
    }
  }
  return line;
}

}  // namespace

Table learned_forgotten(const RunState& progress, bool residual_base) {
  Table table{.title = "Learned and forgotten (validation loss)", .header = {"dataset"}};
  std::vector<const Scores*> columns;
  std::set<std::string>
      datasets;  // of any moment: a stage that was added later has no early scores
  for (const Moment& moment : kMoments) {
    const auto scores = progress.scores.find(moment.key);
    if (scores == progress.scores.end()) continue;
    table.header.emplace_back(moment.heading);
    columns.push_back(&scores->second);
    for (const auto& [dataset, loss] : scores->second) datasets.insert(dataset);
  }
  if (columns.empty()) return table;
  const Scores* frozen = find(progress, "frozen");
  const Scores* first = frozen ? frozen : find(progress, "start");
  table.header.emplace_back(frozen ? "change in phase 2" : "change");
  for (const std::string& dataset : datasets) {
    std::vector<std::string> row = {dataset};
    for (const Scores* scores : columns) {
      row.push_back(scores->contains(dataset) ? fmt::format("{:.4f}", scores->at(dataset)) : kNone);
    }
    row.push_back(change(first, columns.back(), dataset));
    table.rows.push_back(row);
  }
  const Scores* boundary = find(progress, "boundary");
  if (boundary && frozen) {
    std::vector<std::string> costs;
    for (const auto& [dataset, loss] : *frozen) {
      if (!boundary->contains(dataset)) continue;
      costs.push_back(fmt::format("{} {:+.5f}", dataset, loss - boundary->at(dataset)));
    }
    table.note = "cost of freezing: " + join(costs, ", ");
  }
  if (residual_base) {
    table.note += std::string(table.note.empty() ? "" : "; ") +
                  "the adapters' start was taken out of the frozen weights: with the adapters off "
                  "the model is what that left, not the frozen one";
  }
  return table;
}

Table samples(LoRATrainState& state, const ModelConfig& config, const TokenizerConfig& settings,
              int64_t count, int64_t tokens) {
  const std::unique_ptr<Tokenizer> tokenizer = make_tokenizer(settings);
  Table table{.title = "Samples"};
  const auto add = [&](const char* which) {
    for (int64_t i = 0; i < count; ++i) {
      const std::vector<int32_t> prompt = {tokenizer->eot_token()};
      SamplingOptions options;
      options.max_new_tokens = tokens;
      options.temperature = 0.8;
      options.seed = static_cast<uint64_t>(i);
      options.stop_tokens = {tokenizer->eot_token()};
      const auto ids = generate(*state.model, config.positions(), prompt, options);
      table.rows.push_back({which, on_one_line(tokenizer->decode(ids))});
    }
  };
  if (state.progress.phase == 2) {
    {
      const AdaptersOff bare(state.model->parameters());
      add("adapters off");
    }
    add("adapters on");
  } else {
    add("");
  }
  return table;
}

}  // namespace twofold
