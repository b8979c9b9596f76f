#include "api/finetune/choices.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/text.h"
#include "twofold/config/value.h"

namespace twofold {
namespace {

constexpr const char* kRank = "optimization/lora/rank";
constexpr const char* kBatch = "training/batch_size";
constexpr const char* kTokens = "training/post_lora_tokens";

/// Collects choices; what is given is not chosen.
class Choices {
 public:
  explicit Choices(const Given& given) : given_(given) {}

  void add(const std::string& key, std::string value, std::string why) {
    const auto found = given_.find(key);
    if (found == given_.end()) {
      all_.push_back({.key = key, .value = std::move(value), .why = std::move(why)});
    } else {
      all_.push_back({.key = key, .value = found->second, .why = "given"});
    }
  }
  /// The same of a whole number; what it is now.
  int64_t add_number(const std::string& key, int64_t value, std::string why) {
    add(key, std::to_string(value), std::move(why));
    // Whatever else is given is refused with the whole config.
    return config::parse_integer(all_.back().value).value_or(value);
  }
  std::vector<Choice> take() { return std::move(all_); }

 private:
  const Given& given_;
  std::vector<Choice> all_;
};

int64_t power_of_two_below(int64_t number) {
  return static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(std::max<int64_t>(1, number))));
}

int64_t choose_rank(const ModelFacts& model, const RowFacts& data, Choices& choices) {
  const int64_t examples = data.documents.value_or(data.rows);
  const int64_t wanted = examples < 1000 ? 8 : examples < 20000 ? 16 : 64;
  const int64_t rank = std::min(wanted, power_of_two_below(model.width / 4));
  const std::string capped =
      rank < wanted ? fmt::format(", at most a quarter of the width {}", model.width) : "";
  return choices.add_number(kRank, rank,
                            fmt::format("{} {}{}", with_thousands(examples),
                                        data.documents ? "documents" : "rows", capped));
}

void choose_adapters(const ModelFacts& model, const RowFacts& data, Choices& choices) {
  const int64_t rank = choose_rank(model, data, choices);
  choices.add("optimization/lora/alpha", fmt::format("{}.0", 2 * rank), "twice the rank");
  choices.add("optimization/lora/init", "kaiming", "as PEFT begins");
  // The best rate of adapters falls with the width, about as width^-0.8, from 5e-4 at 2048. Above
  // 1e-3 small sets of data are learnt by heart before the adapters have settled.
  const double rate = 5e-4 * std::pow(2048.0 / static_cast<double>(model.width), 0.8);
  choices.add("optimization/lora/lr", fmt::format("{:.1e}", std::clamp(rate, 1e-4, 1e-3)),
              fmt::format("by the width {}", model.width));
  choices.add("optimization/schedule", "cosine", "a rate that falls to the end settles best");
}

void choose_base(const ModelFacts& model, int64_t memory_bytes, Choices& choices) {
  const auto parameters = static_cast<double>(model.parameters);
  const double memory = static_cast<double>(memory_bytes);
  const auto fits = [&](double bytes) { return parameters * bytes <= 0.4 * memory; };
  const bool wide = model.dtype == "float32" || model.dtype == "float16";
  const std::string size = human_bytes(parameters * (wide ? 4 : 2));
  if (wide && fits(4)) {
    choices.add("optimization/lora/base_dtype", "float32",
                fmt::format("holds the {} of the files; {} fit", model.dtype, size));
  } else if (fits(2)) {
    choices.add(
        "optimization/lora/base_dtype", "bfloat16",
        model.dtype == "bfloat16" ? "as in the files" : "float32 takes too much of the memory");
  } else {
    choices.add(
        "optimization/lora/base_dtype", "nf4",
        fmt::format("bfloat16 takes {} of {}", human_bytes(2 * parameters), human_bytes(memory)));
  }
}

/// Steps of the run.
int64_t choose_steps(const RowFacts& data, Choices& choices) {
  constexpr int64_t kEpochs = 3, kMostEpochs = 10, kUpdates = 150;
  const int64_t batch = choices.add_number(
      kBatch, std::clamp<int64_t>(power_of_two_below(kEpochs * data.rows / kUpdates), 4, 64),
      fmt::format("{} rows in an epoch", with_thousands(data.rows)));
  const int64_t of_epoch =
      std::max<int64_t>(1, (data.rows + batch - 1) / std::max<int64_t>(1, batch));
  const int64_t epochs =
      std::clamp<int64_t>((kUpdates + of_epoch - 1) / of_epoch, kEpochs, kMostEpochs);
  const int64_t steps = epochs * of_epoch;
  choices.add(kTokens, fmt::format("[{}]", steps * batch * data.length),
              fmt::format("{} epochs: {} steps", epochs, with_thousands(steps)));
  return steps;
}

}  // namespace

Choice choose_length(const ModelFacts& model, const LengthFacts& lengths, bool is_text,
                     const Given& given) {
  constexpr int64_t kUnit = 64, kLongestWindow = 1024;
  const auto rounded = [](int64_t tokens) { return (tokens + kUnit - 1) / kUnit * kUnit; };
  int64_t wanted = rounded(std::max(4 * lengths.median, lengths.usual));
  const bool are_windows = is_text && wanted > kLongestWindow;
  if (are_windows) wanted = kLongestWindow;
  Choices choices(given);
  std::string why =
      fmt::format("records have {} tokens (median), {} at most", lengths.median, lengths.most);
  if (are_windows) why += ", read in windows";
  if (wanted > model.context) why += fmt::format("; the model's context is {}", model.context);
  choices.add("architecture/block_size", std::to_string(std::min(wanted, model.context)), why);
  return choices.take().front();
}

Choice choose_validation(int64_t records, std::optional<int64_t> windows, const Given& given) {
  constexpr double kWanted = 200, kSafely = 2;
  const auto share_of = [](double part, int64_t all) {
    return part / static_cast<double>(std::max<int64_t>(1, all));
  };
  const double row = windows ? std::min(0.5, share_of(kSafely, *windows)) : 0;
  const double share = std::max(row, std::clamp(share_of(kWanted, records), 0.01, 0.1));
  Choices choices(given);
  choices.add("data/val_pct", fmt::format("{:.3g}", share),
              records == 1
                  ? "of the one record, its end"
                  : fmt::format("about {} of {} records",
                                with_thousands(std::llround(share * static_cast<double>(records))),
                                with_thousands(records)));
  return choices.take().front();
}

std::vector<Choice> choose_training(const ModelFacts& model, const RowFacts& data,
                                    int64_t memory_bytes, const Given& given) {
  Choices choices(given);
  choose_base(model, memory_bytes, choices);
  choose_adapters(model, data, choices);
  const int64_t steps = choose_steps(data, choices);
  const int64_t tenth = std::max<int64_t>(1, steps / 10);
  choices.add_number("logging/validation_interval", tenth, "ten times in the run");
  choices.add_number("logging/checkpoint_interval", tenth, "as often");
  choices.add_number("logging/report_interval", std::max<int64_t>(1, steps / 100),
                     "a hundred lines");
  choices.add_number("training/validation_steps", 256, "rows at most");
  return choices.take();
}

Table choices_table(const std::vector<Choice>& choices) {
  Table table{.title = "Choices", .header = {"setting", "value", "why"}};
  for (const Choice& choice : choices) table.rows.push_back({choice.key, choice.value, choice.why});
  table.note = "any of them, and any other setting, may be given as key.path=value";
  return table;
}

}  // namespace twofold
