#include "infer/results.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "formats/json.h"
#include "formats/json_reader.h"
#include "tasks/metric_names.h"

namespace twofold {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// JSON has no number that is not finite.
ordered_json number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

/// A number an item, or a list of them.
ordered_json items_of(const stats::ItemNumbers& numbers) {
  ordered_json list = ordered_json::array();
  for (size_t i = 0; i < numbers.items(); ++i) {
    const auto own = numbers.of(i);
    if (own.size() == 1) {
      list.push_back(number(own[0]));
    } else {
      list.push_back(std::vector<double>(own.begin(), own.end()));
    }
  }
  return list;
}

ordered_json json_of(const TaskResult& result) {
  ordered_json values = ordered_json::object(), errors = values, items = values;
  bool resampled = false;
  for (size_t i = 0; i < result.metrics.size(); ++i) {
    const tasks::TaskMetric& metric = result.metrics[i];
    values[metric.name] = number(metric.numbers.value());
    errors[metric.name] = number(result.errors[i]);
    items[metric.name] = items_of(metric.numbers);
    resampled |= metric.numbers.aggregation() != stats::Aggregation::kMean;
  }
  ordered_json made{{"n", result.items}, {"metrics", values}, {"stderr", errors}};
  if (result.cut > 0) made["truncated"] = result.cut;
  if (resampled) {
    made["bootstrap"] = {{"resamples", kBootstrap.resamples}, {"seed", kBootstrap.seed}};
  }
  made["fingerprint"] = result.fingerprint;
  made["items"] = items;
  return made;
}

/// What a metric of the file was before it was written.
tasks::TaskMetric metric_of(const std::string& name, const json& items,
                            const formats::JsonReader& place) {
  const std::string plain = name.substr(0, name.find(','));
  const std::vector<std::string> known = tasks::metric_names();
  if (std::find(known.begin(), known.end(), plain) == known.end() || !items.is_array()) {
    place.refuse("no metric of `twofold eval`", "the items of a metric", name);
  }
  const tasks::MetricKind& kind = tasks::metric_kind(plain);
  tasks::TaskMetric metric{name, kind.better, stats::ItemNumbers(kind.aggregation)};
  for (const json& item : items) {
    std::vector<double> numbers;
    for (const json& one : item.is_array() ? item : json::array({item})) {
      if (one.is_number()) numbers.push_back(one.get<double>());
    }
    if (numbers.size() != metric.numbers.width()) {
      place.refuse("no numbers of an item", "those of " + name, item.dump());
    }
    metric.numbers.add(numbers);
  }
  return metric;
}

}  // namespace

ordered_json json_of(const Results& results) {
  ordered_json all = ordered_json::object();
  for (const TaskResult& result : results) all[result.task] = json_of(result);
  return all;
}

Results read_results(const Path& file) {
  const json all = formats::parse_json(read_text(file), file.string());
  const formats::JsonReader reader(all, file.string(), "write it by `twofold eval … --json`",
                                   formats::JsonReader::Faults::kThrow);
  if (reader.has("scales")) {
    reader.refuse("scores of several models", "those of one", "one a scale");
  }
  Results results;
  for (const auto& [task, value] : all.items()) {
    const formats::JsonReader own = reader.at(task);
    const formats::JsonReader metrics = own.at("items");
    TaskResult result{.task = task, .fingerprint = own.text("fingerprint", "")};
    for (const auto& [name, items] : metrics.value().items()) {
      result.metrics.push_back(metric_of(name, items, metrics));
      const size_t number = result.metrics.back().numbers.items();
      if (result.metrics.size() > 1 && number != result.items) {
        metrics.refuse("metrics of different numbers of items",
                       fmt::format("{} for each of them", result.items),
                       fmt::format("{} for {}", number, name));
      }
      result.items = number;
    }
    results.push_back(std::move(result));
  }
  return results;
}

std::string samples_text(const TaskEvaluation& task, const TaskScore& score) {
  std::string text;
  for (size_t i = 0; i < score.answers.size(); ++i) {
    const tasks::Item& item = task.items()[i];
    const tasks::Answer& answer = score.answers[i];
    ordered_json line{{"i", i}};
    if (answer.log_p.empty()) {
      line["text"] = answer.text;
      line["gold"] = item.targets;
    } else {
      line["ll"] = answer.log_p;
      const bool chooses = !item.choices.empty();
      line["chosen"] = chooses ? ordered_json(tasks::chosen(answer)) : nullptr;
      line["gold"] = !chooses                ? ordered_json(item.targets.front())
                     : item.gold.size() == 1 ? ordered_json(item.gold.front())
                                             : ordered_json(item.gold);
      if (!chooses) line["greedy"] = static_cast<bool>(answer.greedy.front());
    }
    text += line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  }
  return text;
}

}  // namespace twofold
