// eval: what a model is worth on tasks, with how sure that is.

#include <fmt/format.h>
#include <twofold/config/value.h>
#include <twofold/error.h>
#include <twofold/evaluate.h>
#include <twofold/process.h>
#include <twofold/text.h>

#include <memory>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/model_options.h"

namespace {

struct Arguments {
  twofold::ModelSource source;
  twofold::EvaluateRequest request;
  std::string tasks, scales;
  int64_t limit = 0, num_fewshot = -1;
  std::string json, samples, gate;
  bool adapters_off = false;
};

/// The parts of a list with commas.
std::vector<std::string> parts(const std::string& text) {
  std::vector<std::string> found;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) found.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return found;
}

std::vector<double> scales_of(const std::string& text) {
  std::vector<double> scales;
  for (const std::string& part : parts(text)) {
    const std::optional<double> scale = twofold::config::parse_float(part);
    if (!scale) {
      twofold::fail({.what = "no scale of adapters",
                     .where = "--adapter-scale",
                     .expected = "numbers, with commas between them: 0,0.5,1",
                     .found = part,
                     .hint = "see `twofold eval --help`"});
    }
    scales.push_back(*scale);
  }
  return scales;
}

template <class Target>
void take(const std::string& given, std::optional<Target>& target) {
  if (!given.empty()) target = given;
}

void evaluate(Arguments& to) {
  to.request.tasks = parts(to.tasks);
  to.request.adapter_scales = scales_of(to.scales);
  if (to.limit != 0) to.request.limit = to.limit;
  if (to.num_fewshot != -1) to.request.num_fewshot = to.num_fewshot;
  take(to.json, to.request.json);
  take(to.samples, to.request.samples);
  take(to.gate, to.request.gate);
  to.source.adapters = !to.adapters_off;
  twofold::apply_process_settings();
  Console console(stdout);
  if (!twofold::evaluate(to.source, to.request, console)) throw ExitCode{kGateNotMet};
}

std::vector<Option> options_of(Arguments& to) {
  return {
      {.names = "--tasks",
       .target = &to.tasks,
       .help = "with commas between them: YAML files, or of " +
               twofold::join(twofold::evaluation_tasks(), ", "),
       .required = true},
      {.names = "--data",
       .target = &to.request.data,
       .help = "folder of the tasks' files; of a run by default ROOT/eval"},
      {.names = "--limit", .target = &to.limit, .help = "only so many items of each task"},
      {.names = "--num-fewshot",
       .target = &to.num_fewshot,
       .help = "examples in front of each question; default: as the task says"},
      {.names = "--adapter-scale",
       .target = &to.scales,
       .help = "how much of the adapters, 0,0.5,1: each is scored; default: 1"},
      {.names = "--adapters-off", .target = &to.adapters_off, .help = "of a run: the base alone"},
      {.names = "--json", .target = &to.json, .help = "file for the scores"},
      {.names = "--samples", .target = &to.samples, .help = "folder for the answer to each item"},
      {.names = "--gate",
       .target = &to.gate,
       .help = "YAML file of what must be reached; exit code 3 if it is not"},
      dtype_option(to.source.dtype),
      device_option(to.source.device)};
}

}  // namespace

Command eval_command() {
  const auto to = std::make_shared<Arguments>();
  return {.name = "eval",
          .summary = "scores of a model on tasks, with their standard errors",
          .options = with_model(to->source, options_of(*to)),
          .run = [to] { evaluate(*to); }};
}
