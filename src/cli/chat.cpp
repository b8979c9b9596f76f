// chat: talking with a model on a terminal.

#include <fmt/format.h>
#include <twofold/conversation.h>
#include <twofold/process.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/filter.h"
#include "cli/model_options.h"
#include "cli/sampling_options.h"

namespace {

struct Arguments {
  twofold::ModelSource source;
  twofold::GenerateRequest request;
  std::string system;
  bool adapters_off = false;
};

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

/// Lines of standard input are what the user says, up to its end.
void talk(const Arguments& to) {
  const bool terminal = isatty(STDIN_FILENO) == 1;
  twofold::apply_process_settings();
  twofold::Conversation conversation(to.source, to.system);
  if (terminal) {
    print(fmt::format("template: {}\nan empty line or Ctrl-D ends\n", conversation.layout()));
  }
  for (std::string line; (print(terminal ? "> " : ""), std::getline(std::cin, line));) {
    if (line.empty()) break;
    try {
      conversation.say(line, to.request, print);
    } catch (const twofold::Error& error) {
      if (!terminal) throw;
      std::fprintf(stderr, "%s\n", error.what());
    }
    print("\n");
  }
}

}  // namespace

Command chat_command() {
  const auto to = std::make_shared<Arguments>();
  std::vector<Option> options = sampling_options(to->request);
  options.push_back({.names = "--system", .target = &to->system, .help = "text of the first turn"});
  options.push_back({.names = "--adapters-off",
                     .target = &to->adapters_off,
                     .help = "of a run: the frozen base alone"});
  options.push_back(device_option(to->source.device));
  return {.name = "chat",
          .summary = "talk with a model: a line is what you say",
          .options = with_model(to->source, options),
          .run = [to] {
            to->source.adapters = !to->adapters_off;
            to->request.warn = warn;
            talk(*to);
          }};
}
