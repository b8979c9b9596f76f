#include "tasks/measure.h"

#include <algorithm>
#include <functional>
#include <map>

#include "base/error.h"
#include "tasks/metric_names.h"
#include "unicode/character.h"

namespace twofold::tasks {
namespace {

using Numbers = std::vector<double>;

double is_right(const Item& item, size_t choice) {
  return std::ranges::count(item.gold, choice) > 0 ? 1 : 0;
}

/// Whether the choice is right whose log-probability is the largest by its length.
double right_by_length(const Item& item, Answer answer,
                       const std::function<size_t(size_t choice)>& length) {
  for (size_t i = 0; i < answer.log_p.size(); ++i) {
    answer.log_p[i] /= static_cast<double>(length(i));
  }
  return is_right(item, chosen(answer));
}

/// Of choice 1, the positive class: whether it was found rightly, and whether there is a mistake.
Numbers found_positive(const Item& item, size_t choice) {
  const bool right = is_right(item, choice) != 0, positive = choice == 1;
  return {right && positive ? 1.0 : 0.0, right ? 0.0 : 1.0};
}

double any_greedy(const Item& item, const Answer& answer) {
  return std::ranges::any_of(item.gold, [&](size_t gold) { return answer.greedy[gold]; }) ? 1 : 0;
}

/// Pieces between white space, as Python's re.split(r"\s+", text) cuts them.
size_t count_words(const std::string& text) {
  size_t words = 1;
  bool in_space = false;
  for (size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    const bool space = is_space(character.code);
    if (space && !in_space) ++words;
    in_space = space;
    at += character.bytes;
  }
  return words;
}

/// The log-probability of a text, and its length in what the metric counts.
Numbers weighted(const Answer& answer, size_t length) {
  return {answer.log_p.front(), static_cast<double>(length)};
}

Numbers numbers_of(const std::string& metric, OutputType type, const Item& item,
                   const Answer& answer) {
  using Make = std::function<Numbers(const Item&, const Answer&)>;
  static const std::map<std::string, Make> kMake = {
      {"acc", [](const Item& i, const Answer& a) { return Numbers{is_right(i, chosen(a))}; }},
      {"acc_norm",
       [](const Item& i, const Answer& a) {
         return Numbers{right_by_length(
             i, a, [&](size_t choice) { return count_characters(i.choices[choice]); })};
       }},
      {"acc_bytes",
       [](const Item& i, const Answer& a) {
         return Numbers{
             right_by_length(i, a, [&](size_t choice) { return i.choices[choice].size(); })};
       }},
      {"acc_per_token",
       [](const Item& i, const Answer& a) {
         return Numbers{right_by_length(i, a, [&](size_t choice) { return a.lengths[choice]; })};
       }},
      {"exact_match", [](const Item& i, const Answer& a) { return Numbers{any_greedy(i, a)}; }},
      {"f1", [](const Item& i, const Answer& a) { return found_positive(i, chosen(a)); }},
      {"perplexity", [](const Item&, const Answer& a) { return Numbers{a.log_p.front()}; }},
      {"token_perplexity", [](const Item&, const Answer& a) { return weighted(a, a.tokens); }},
      {"word_perplexity",
       [](const Item& i, const Answer& a) { return weighted(a, count_words(i.targets.front())); }},
      {"byte_perplexity",
       [](const Item& i, const Answer& a) { return weighted(a, i.targets.front().size()); }},
      {"bits_per_byte",
       [](const Item& i, const Answer& a) { return weighted(a, i.targets.front().size()); }}};
  const bool one_text = type == OutputType::kLoglikelihood;
  if (one_text && metric == "acc") return {answer.greedy.front() ? 1.0 : 0.0};
  return kMake.at(metric)(item, answer);
}

}  // namespace

size_t chosen(const Answer& answer) {
  TWOFOLD_EXPECT(!answer.log_p.empty(), "an answer without choices");
  return static_cast<size_t>(std::ranges::max_element(answer.log_p) - answer.log_p.begin());
}

std::vector<TaskMetric> measure_likelihoods(const Task& task, const std::vector<Item>& items,
                                            const std::vector<Answer>& answers) {
  std::vector<TaskMetric> all;
  for (const MetricSpec& spec : task.metric_list) {
    const MetricKind& kind = metric_kind(spec.metric);
    stats::ItemNumbers numbers(kind.aggregation);
    for (size_t i = 0; i < items.size(); ++i) {
      numbers.add(numbers_of(spec.metric, task.output_type, items[i], answers[i]));
    }
    all.push_back({spec.metric, kind.better, std::move(numbers)});
  }
  return all;
}

}  // namespace twofold::tasks
