#include "tasks/measure_texts.h"

#include "stats/bleu.h"
#include "stats/exact_match.h"
#include "tasks/filters.h"
#include "tasks/metric_names.h"

namespace twofold::tasks {
namespace {

/// One way to score a text: a metric of what a filter finds in it.
class TextMeasure {
 public:
  TextMeasure(const MetricSpec& spec, const FilterList& list, const std::string& where)
      : metric_(spec.metric),
        filters_(list, where),
        match_({.ignore_case = spec.ignore_case,
                .ignore_punctuation = spec.ignore_punctuation,
                .ignore_numbers = spec.ignore_numbers,
                .regexes_to_ignore = spec.regexes_to_ignore},
               where) {}

  void add(stats::ItemNumbers& numbers, const Item& item, const Answer& answer) const {
    const std::string text = filters_.answer_in(answer.text);
    if (metric_ == "bleu") return numbers.add(stats::count_bleu(text, item.targets));
    const bool right = metric_ == "contains" ? match_.contains(text, item.targets)
                                             : match_.equals(text, item.targets);
    numbers.add(right ? 1 : 0);
  }

 private:
  std::string metric_;
  Filters filters_;
  stats::ExactMatch match_;
};

}  // namespace

std::vector<TaskMetric> measure_texts(const Task& task, const std::vector<Item>& items,
                                      const std::vector<Answer>& answers) {
  std::vector<FilterList> lists = task.filter_list;
  if (lists.empty()) lists.emplace_back();
  std::vector<TaskMetric> all;
  for (const FilterList& list : lists) {
    for (const MetricSpec& spec : task.metric_list) {
      const MetricKind& kind = metric_kind(spec.metric);
      const TextMeasure measure(spec, list, "task " + task.task);
      stats::ItemNumbers numbers(kind.aggregation);
      for (size_t i = 0; i < items.size(); ++i) measure.add(numbers, items[i], answers[i]);
      all.push_back({list.name.empty() ? spec.metric : spec.metric + "," + list.name, kind.better,
                     std::move(numbers)});
    }
  }
  return all;
}

std::vector<TaskMetric> metrics_of(const Task& task) {
  const bool writes = task.output_type == OutputType::kGenerateUntil;
  return (writes ? measure_texts : measure_likelihoods)(task, {}, {});
}

}  // namespace twofold::tasks
