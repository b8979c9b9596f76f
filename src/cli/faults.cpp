#include "cli/faults.h"

#include <fmt/format.h>
#include <twofold/text.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <new>

namespace {

/// "twofold run NAME config ROOT [overrides]".
std::string usage_of(const CLI::App& command) {
  std::string text = "twofold " + command.get_name();
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_positional()) continue;
    const std::string name = option->get_single_name();
    text += option->get_required() ? " " + name : " [" + name + "]";
  }
  return text;
}

/// Names near the first long option that the command does not have; else where its options are.
std::string option_hint(const CLI::App& command, const std::vector<std::string>& given) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  for (const std::string& argument : given) {
    const std::string name = argument.substr(0, argument.find('='));
    if (!name.starts_with("--") || std::find(names.begin(), names.end(), name) != names.end())
      continue;
    const std::string near = twofold::did_you_mean(name, names);
    if (!near.empty()) return near;
  }
  return fmt::format("twofold {} --help", command.get_name());
}

twofold::Problem unknown_command(const CLI::App& app, const std::vector<std::string>& given) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) names.push_back(command->get_name());
  return {.what = given.empty() ? "no command" : "unknown command",
          .where = "command line: twofold " + twofold::join(given, " "),
          .expected = "one of " + twofold::join(names, ", "),
          .found = given.empty() ? "nothing" : given[0],
          .hint = given.empty() ? "twofold --help"
                                : twofold::did_you_mean(given[0], names, "twofold --help")};
}

twofold::Problem out_of_memory() {
  return {.what = "not enough memory",
          .where = "this machine, or the limit that this process has",
          .expected = "as much as the settings ask for",
          .found = "a request that was refused",
          .hint =
              "see `twofold plan`; lower training/per_device_batch_size, training/batch_size or "
              "the sizes of the model"};
}

}  // namespace

twofold::Problem command_line_problem(const CLI::App& app, const CLI::ParseError& fault, int argc,
                                      char** argv) {
  const std::vector<std::string> given(argv + 1, argv + argc);
  if (app.get_subcommands().empty()) return unknown_command(app, given);
  const CLI::App& command = *app.get_subcommands().front();
  const std::string said = fault.what();
  const bool missing = dynamic_cast<const CLI::RequiredError*>(&fault) != nullptr;
  return {.what = "the command line does not fit the command",
          .where = "command line: twofold " + twofold::join(given, " "),
          .expected = usage_of(command),
          .found = (missing ? "too little: " : "") + said.substr(0, said.find('\n')),
          .hint = option_hint(command, given)};
}

std::optional<twofold::Problem> machine_problem(const std::exception& fault) {
  if (const auto* file = dynamic_cast<const std::filesystem::filesystem_error*>(&fault)) {
    return twofold::Problem{.what = "the file system refused",
                            .where = file->path1().string(),
                            .expected = "files and folders that can be used",
                            .found = file->code().message(),
                            .hint = "see whether the path, its owner and its mode are in order"};
  }
  const bool refused = dynamic_cast<const std::bad_alloc*>(&fault) != nullptr ||
                       dynamic_cast<const std::length_error*>(&fault) != nullptr;
  // libtorch's own: c10::Error, known by its text.
  const bool torch =
      std::string_view(fault.what()).find("can't allocate memory") != std::string::npos;
  if (refused || torch) return out_of_memory();
  return std::nullopt;
}
