#include "cli/command_line.h"

#include <fmt/format.h>
#include <twofold/config/value.h>
#include <twofold/error.h>
#include <twofold/text.h>

#include <CLI/CLI.hpp>

namespace {

struct Whole {
  static constexpr const char* kType = "INT";
  static constexpr const char* kExpected = "a whole number from -2^63 to 2^63 - 1";
  static auto read(const std::string& text) { return twofold::config::parse_integer(text); }
};
struct Real {
  static constexpr const char* kType = "FLOAT";
  static constexpr const char* kExpected = "a number below 1.8e308 in size";
  static auto read(const std::string& text) { return twofold::config::parse_float(text); }
};

/// Numbers are read as configurations have them. CLI11 would take the nearest number that it has
/// for one that is too large, and one that begins with 0 for octal.
template <class Kind, class Target>
CLI::Option* add_number(CLI::App& app, const Option& option, Target* target) {
  const auto read = [&app, target, name = option.names](const std::string& text) {
    if (const auto number = Kind::read(text)) {
      *target = *number;
      return;
    }
    twofold::fail({.what = "not a number that this option takes",
                   .where = name,
                   .expected = Kind::kExpected,
                   .found = text.empty() ? "an empty text" : text,
                   .hint = fmt::format("leave it out for its default; see `twofold {} --help`",
                                       app.get_name())});
  };
  CLI::Option* added = app.add_option_function<std::string>(option.names, read, option.help);
  if constexpr (!std::is_same_v<Target, std::optional<double>>) {
    added->default_function([target] { return fmt::format("{}", *target); });
  }
  return added->type_name(Kind::kType);
}

CLI::Option* add_option(CLI::App& app, const Option& option) {
  return std::visit(
      [&](auto* target) {
        using Target = std::remove_pointer_t<decltype(target)>;
        if constexpr (std::is_same_v<Target, bool>) {
          return app.add_flag(option.names, *target, option.help);
        } else if constexpr (std::is_same_v<Target, int64_t>) {
          return add_number<Whole>(app, option, target);
        } else if constexpr (std::is_same_v<Target, double> ||
                             std::is_same_v<Target, std::optional<double>>) {
          return add_number<Real>(app, option, target);
        } else {
          return app.add_option(option.names, *target, option.help);
        }
      },
      option.target);
}

void declare(CLI::App& app, const Option& option) {
  CLI::Option* added = add_option(app, option);
  if (option.required) added->required();
  if (option.show_default) added->capture_default_str();
  if (option.times == Times::kAgainOne) added->take_all()->expected(1);
  if (option.times != Times::kOnce) added->allow_extra_args(false);
}

void declare(CLI::App& app, const Command& command) {
  CLI::App* added = app.add_subcommand(command.name, command.summary);
  for (const Option& option : command.options) declare(*added, option);
  for (const Option& option : command.options) {
    for (const std::string& other : option.excludes) {
      added->get_option(option.names)->excludes(added->get_option(other));
    }
  }
  added->callback([&command] {
    try {
      command.run();
    } catch (const MissingArguments& missing) {
      throw CLI::RequiredError(missing.names);
    }
  });
}

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

/// A command line that `app` does not take.
twofold::Problem problem_of(const CLI::App& app, const CLI::ParseError& fault,
                            const std::vector<std::string>& given) {
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

}  // namespace

int run_command_line(const std::vector<Command>& commands, int argc, char** argv) {
  CLI::App app{"twofold trains a language model, freezes it, and trains adapters on it"};
  app.require_subcommand(1);
  for (const Command& command : commands) declare(app, command);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& fault) {
    if (fault.get_exit_code() == 0) return app.exit(fault);  // --help
    twofold::fail(problem_of(app, fault, {argv + 1, argv + argc}));
  }
}
