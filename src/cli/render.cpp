// render: conversations to text, by a model's chat template.

#include <twofold/chat.h>

#include <memory>

#include "cli/commands.h"
#include "cli/filter.h"

namespace {

struct Arguments {
  std::filesystem::path chat;
  std::string messages = "-", now;
};

}  // namespace

Command render_command() {
  const auto to = std::make_shared<Arguments>();
  return {.name = "render",
          .summary = "conversations to text and ids by a chat template, line by line",
          .options = {{.names = "--template",
                       .target = &to->chat,
                       .help = "a template's file; or a model's folder, for ids and mask too",
                       .required = true},
                      {.names = "--messages",
                       .target = &to->messages,
                       .help = "JSON lines {\"messages\": [...], \"tools\": [...], "
                               "\"add_generation_prompt\": ...}: a file, or - for input",
                       .required = true},
                      {.names = "--now",
                       .target = &to->now,
                       .help = "the time that templates are told, 2026-01-31T12:00:00"}},
          .run = [to] {
            const twofold::ChatTemplate chat(to->chat, to->now);
            twofold::JsonlReader lines(to->messages);
            filter(lines, Flush::kWhenIdle, [&](const twofold::JsonlReader& line) {
              return chat.render_line(line.line(), line.where());
            });
          }};
}
