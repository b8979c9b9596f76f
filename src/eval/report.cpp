#include "eval/report.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "eval/generate.h"
#include "stats/transfer.h"

namespace twofold {
namespace {

constexpr const char* kNone = "–";

const Scores* find(const MilestoneScores& scores, Milestone milestone) {
  const auto found = scores.find(milestone);
  return found == scores.end() ? nullptr : &found->second;
}

std::string change(const Scores* from, const Scores* to, const std::string& dataset) {
  if (!from || from == to || !from->contains(dataset) || !to->contains(dataset)) return kNone;
  const double change = to->at(dataset) - from->at(dataset);
  return fmt::format("{:+.4f}", change);
}

std::string cost_of_freezing(const Scores* boundary, const Scores* frozen) {
  if (!boundary || !frozen) return {};
  std::vector<std::string> costs;
  for (const auto& [dataset, loss] : *frozen) {
    if (!boundary->contains(dataset)) continue;
    costs.push_back(fmt::format("{} {:+.5f}", dataset, loss - boundary->at(dataset)));
  }
  return "cost of freezing: " + join(costs, ", ");
}

/// The text on one line of printable ASCII: a dot stands for every other byte, since a byte-level
/// tokenizer may split characters or produce invalid ones.
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

Milestone change_from(const MilestoneScores& scores) {
  const std::string begin = stats::changes_begin(
      [&](const std::string& moment) { return scores.contains(milestone_named(moment).value()); });
  return milestone_named(begin).value_or(Milestone::kStart);
}

Table learned_forgotten(const MilestoneScores& all,
                        const std::map<std::string, std::string>& verdicts, bool residual_base) {
  Table table{.title = "Learned and forgotten (validation loss)", .header = {"dataset"}};
  std::vector<const Scores*> columns;
  std::set<std::string>
      datasets;  // of any column: a stage that was added later has no early scores
  for (const MilestoneText& text : kMilestones) {
    const Scores* scores = find(all, text.milestone);
    if (!scores) continue;
    table.header.emplace_back(text.heading);
    columns.push_back(scores);
    for (const auto& [dataset, loss] : *scores) datasets.insert(dataset);
  }
  if (columns.empty()) return table;
  const Scores* frozen = find(all, Milestone::kFrozen);
  const Scores* first = find(all, change_from(all));
  const bool of_phase_2 = change_from(all) != Milestone::kStart;
  table.header.emplace_back(of_phase_2 ? "change in phase 2" : "change");
  for (const std::string& dataset : datasets) {
    std::vector<std::string> row = {dataset};
    for (const Scores* scores : columns) {
      row.push_back(scores->contains(dataset) ? fmt::format("{:.4f}", scores->at(dataset)) : kNone);
    }
    row.push_back(change(first, columns.back(), dataset));
    const auto verdict = verdicts.find(dataset);
    if (verdict != verdicts.end() && row.back() != kNone) row.back() += " " + verdict->second;
    table.rows.push_back(row);
  }
  table.note = cost_of_freezing(find(all, Milestone::kBoundary), frozen);
  if (residual_base) {
    table.note += std::string(table.note.empty() ? "" : "; ") +
                  "the adapters' start was taken out of the frozen weights: with the adapters off "
                  "the model is what that left, not the frozen one";
  }
  return table;
}

void add_samples(Table& table, Model& model, const Tokenizer& tokenizer,
                 const SamplesRequest& request, const std::string& which) {
  for (int64_t i = 0; i < request.count; ++i) {
    const std::vector<int32_t> prompt = {tokenizer.eot_token()};
    SamplingOptions options;
    options.max_new_tokens = request.tokens;
    options.temperature = 0.8;
    options.seed = static_cast<uint64_t>(i);
    options.stop_tokens = {tokenizer.eot_token()};
    std::vector<int32_t> ids = generate(model, request.positions, prompt, options);
    std::erase_if(ids, [&](int32_t id) { return !tokenizer.has_token(id); });
    table.rows.push_back({which, on_one_line(tokenizer.decode(ids))});
  }
}

}  // namespace twofold
