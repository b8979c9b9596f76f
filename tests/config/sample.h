#pragma once
// A job's settings in small: every kind of field that the program declares.

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "config/fields.h"

namespace sample {

enum class Style { PADDED, PMD };
inline std::array<std::pair<Style, const char*>, 2> config_names(Style) {
  return {{{Style::PADDED, "PADDED"}, {Style::PMD, "PMD"}}};
}

struct Part {
  std::string name;
  double rate = 1.0;
  Style style = Style::PADDED;
  void declare(twofold::config::Fields& fields) {
    fields.add("name", name, "Dataset.", {.required = true});
    fields.add("rate", rate, "Share.", {.min = 0, .max = 1});
    fields.add("style", style, "Format.");
  }
};

struct Settings {
  int64_t rank = 16;
  double lr = 3e-4;
  bool bias = true;
  std::string schedule = "wsd";
  std::string data;
  Style style = Style::PMD;
  std::vector<std::string> targets = {"kernel"};
  std::vector<int64_t> tokens = {1000};
  std::vector<std::vector<Part>> mixtures = {{{.name = "fineweb", .style = Style::PMD}}};
  std::map<std::string, double> weights;

  void declare(twofold::config::Fields& fields) {
    fields.add("optimization/lora/rank", rank, "Rank r of each adapter.", {.min = 1, .max = 4096});
    fields.add("optimization/lora/targets", targets, "Substrings of parameter paths.");
    fields.add("optimization/lr", lr, "Base learning rate.", {.min = 0, .exclusive_min = true});
    fields.add("optimization/schedule", schedule, "Shape of the learning rate over the steps.",
               {.choices = {"wsd", "cosine", "constant"}});
    fields.add("training/tokens", tokens, "Budget of each stage.", {.min = 1});
    fields.add("training/dataset", mixtures, "Stages of mixtures.");
    fields.add("training/weights", weights, "Weight of each dataset.", {.min = 0});
    fields.add("architecture/bias", bias, "Whether linear layers have biases.");
    fields.add("architecture/style", style, "A choice by name.");
    fields.add("data/name", data, "Which data.", {.required = true});
  }
};

/// Settings and the fields bound to them.
struct Bound {
  Settings settings;
  twofold::config::Fields fields;
  Bound() { settings.declare(fields); }
  explicit Bound(Settings initial) : settings(std::move(initial)) { settings.declare(fields); }

  void load(const std::string& text, std::vector<std::string> overrides = {"data.name=x"}) {
    twofold::config::load(fields, {.text = text, .name = "run.yaml", .overrides = overrides});
  }
  /// The problems that loading finds.
  std::vector<twofold::Problem> problems(const std::string& text,
                                         std::vector<std::string> overrides = {"data.name=x"}) {
    try {
      load(text, std::move(overrides));
    } catch (const twofold::Error& error) {
      return error.problems();
    }
    return {};
  }
};

}  // namespace sample
