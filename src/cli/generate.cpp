#include <fmt/format.h>
#include <fmt/ranges.h>
#include <twofold/conversation.h>
#include <twofold/process.h>
#include <twofold/text_lines.h>

#include <cstdio>
#include <exception>
#include <memory>

#include "cli/commands.h"
#include "cli/filter.h"
#include "cli/model_options.h"
#include "cli/sampling_options.h"

namespace {

struct Arguments {
  twofold::ModelSource source;
  twofold::GenerateRequest request;
  std::vector<std::string> prompts;
  std::string prompts_file, ids, messages;
  bool adapters_off = false;
};

/// Prints texts to standard output one after the other, although several are generated at once: the
/// first unfinished text is printed as it grows, the others wait.
void print_texts(const Arguments& arguments) {
  std::vector<std::string> prompts = arguments.prompts;
  if (!arguments.prompts_file.empty()) {
    for (std::string& line : twofold::read_lines(arguments.prompts_file))
      prompts.push_back(std::move(line));
  }
  if (prompts.empty()) prompts.emplace_back();
  std::vector<std::string> waiting(prompts);
  const auto print = [](const std::string& piece) {
    std::fwrite(piece.data(), 1, piece.size(), stdout);
    std::fflush(stdout);
  };
  twofold::apply_process_settings();
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
  twofold::JsonlReader lines(arguments.ids);
  twofold::apply_process_settings();
  const twofold::Generator generator(arguments.source);
  filter(lines, Flush::kEachLine, [&](const twofold::JsonlReader& line) {
    const std::vector<int64_t> prompt = line.integers("ids");
    const auto ids = generator.ids(prompt, arguments.request, line.where());
    return fmt::format("{{\"ids\":[{}]}}", fmt::join(ids, ","));
  });
}

/// Answers some conversations at a time: as many as are there, or as are answered side by side.
void answer(const Arguments& arguments) {
  twofold::JsonlReader lines(arguments.messages);
  twofold::apply_process_settings();
  const twofold::Answerer answerer(arguments.source);
  std::exception_ptr fault;  // of a line; those before it are answered first
  const auto next = [&] {
    try {
      return lines.next();
    } catch (const twofold::Error&) {
      fault = std::current_exception();
      return false;
    }
  };
  for (bool more = next(); more;) {
    std::vector<twofold::ConversationLine> some;
    do {
      some.push_back({lines.line(), lines.where()});
    } while (some.size() < twofold::Generator::kSideBySide && !lines.must_wait() &&
             (more = next()));
    for (const std::string& line : answerer.answer_lines(some, arguments.request)) {
      fmt::print("{}\n", line);
    }
    std::fflush(stdout);
    more = more && next();
  }
  if (fault) std::rethrow_exception(fault);
}

/// What to continue: texts, conversations, or ids.
std::vector<Option> prompt_options(Arguments& to) {
  return {{.names = "--prompt",
           .target = &to.prompts,
           .help = "text to continue, again for more; none: from nothing",
           .times = Times::kAgainOne},
          {.names = "--prompts",
           .target = &to.prompts_file,
           .help = "file with a text to continue on each line"},
          {.names = "--ids",
           .target = &to.ids,
           .help = "instead of texts, JSON lines {\"ids\": [...]}: a file, or - for input; the new "
                   "ids are written likewise",
           .excludes = {"--prompt", "--prompts", "--stop"}},
          {.names = "--messages",
           .target = &to.messages,
           .help = "instead of texts, conversations to answer, JSON lines {\"messages\": [...]}: a "
                   "file, or - for input; answers are written as {\"text\": ...}",
           .excludes = {"--prompt", "--prompts", "--ids"}}};
}

}  // namespace

Command generate_command() {
  const auto to = std::make_shared<Arguments>();
  std::vector<Option> options = prompt_options(*to);
  for (Option& option : sampling_options(to->request)) options.push_back(std::move(option));
  options.push_back({.names = "--adapters-off",
                     .target = &to->adapters_off,
                     .help = "of a run: the frozen base alone"});
  options.push_back(device_option(to->source.device));
  return {.name = "generate",
          .summary = "continue texts, answer conversations",
          .options = with_model(to->source, options),
          .run = [to] {
            to->source.adapters = !to->adapters_off;
            to->request.warn = warn;
            if (!to->messages.empty()) {
              answer(*to);
            } else if (to->ids.empty()) {
              print_texts(*to);
            } else {
              continue_ids(*to);
            }
          }};
}
