#include <fmt/format.h>
#include <fmt/ranges.h>
#include <twofold/model.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <memory>
#include <system_error>

#include "cli/commands.h"
#include "cli/filter.h"
#include "cli/model_options.h"

namespace {

struct Arguments {
  twofold::ModelSource source;
  twofold::GenerateRequest request;
  std::vector<std::string> prompts;
  std::string prompts_file, ids;
  bool adapters_off = false;
};

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in(file);
  if (!in)
    twofold::fail({.what = "cannot open a file",
                   .where = file,
                   .expected = "a file that can be read",
                   .found = std::generic_category().message(errno),
                   .hint = "check the path of --prompts"});
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Texts on standard output, one after the other, though they grow side by side: the first that is
/// not finished streams, the others wait.
void print_texts(const Arguments& arguments) {
  std::vector<std::string> prompts = arguments.prompts;
  if (!arguments.prompts_file.empty()) {
    for (std::string& line : lines_of(arguments.prompts_file)) prompts.push_back(std::move(line));
  }
  if (prompts.empty()) prompts.emplace_back();
  std::vector<std::string> waiting(prompts);
  const auto print = [](const std::string& piece) {
    std::fwrite(piece.data(), 1, piece.size(), stdout);
    std::fflush(stdout);
  };
  const twofold::Generator generator(arguments.source);
  generator.text(prompts, arguments.request, [&](size_t prompt, const std::string& piece) {
    waiting[prompt] += piece;
    if (prompt > 0) return;
    print(waiting[0]);
    waiting[0].clear();
  });
  for (const std::string& text : waiting) print(text + "\n");
}

void continue_ids(const Arguments& arguments) {
  twofold::formats::JsonLines lines(arguments.ids);
  const twofold::Generator generator(arguments.source);
  filter(lines, Flush::kEachLine, [&](const nlohmann::json& object, const std::string& where) {
    const std::vector<int64_t> prompt = twofold::formats::integer_list(object, "ids", where);
    const auto ids = generator.ids(prompt, arguments.request, where);
    return fmt::format("{{\"ids\":[{}]}}", fmt::join(ids, ","));
  });
}

}  // namespace

void add_generate(CLI::App& app) {
  CLI::App* command = app.add_subcommand("generate", "continue texts");
  const auto to = std::make_shared<Arguments>();
  twofold::GenerateRequest& request = to->request;
  take_model(command, to->source);
  auto* prompt = command->add_option("--prompt", to->prompts,
                                     "text to continue, again for more; none: from nothing");
  prompt->take_all()->expected(1)->allow_extra_args(false);
  auto* prompts = command->add_option("--prompts", to->prompts_file,
                                      "file with a text to continue on each line");
  auto* ids =
      command->add_option("--ids", to->ids,
                          "instead of texts, JSON lines {\"ids\": [...]}: a file, or - for input; "
                          "the new ids are written likewise");
  command->add_option("--tokens", request.max_tokens,
                      "most new tokens; default: 200, fewer where the context ends");
  command->add_option("--temperature", request.temperature, "0 = the likeliest token")
      ->capture_default_str();
  command->add_option("--top-p", request.top_p)->capture_default_str();
  command->add_option("--top-k", request.top_k, "0 = all")->capture_default_str();
  command->add_option("--min-p", request.min_p)->capture_default_str();
  command->add_option("--repetition-penalty", request.repetition_penalty,
                      "weakens tokens that the text has already; 1 = none; default: the folder's");
  command->add_option("--seed", request.seed)->capture_default_str();
  auto* stop = command->add_option("--stop", request.stops, "text that ends it, again for more");
  stop->take_all()->expected(1)->allow_extra_args(false);
  ids->excludes(prompt)->excludes(prompts)->excludes(stop);
  command->add_flag("--adapters-off", to->adapters_off, "of a run: the frozen base alone");
  command->callback([to] {
    to->source.adapters = !to->adapters_off;
    if (to->ids.empty()) {
      print_texts(*to);
    } else {
      continue_ids(*to);
    }
  });
}
