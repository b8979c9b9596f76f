#pragma once
// A command of the command line as data: its options, bound to variables, and what it does. What
// parses it, CLI11, is known to command_line.cpp alone: its headers take longer to compile than all
// commands together.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// How often an option may be given.
enum class Times {
  kOnce,
  kAgain,    ///< a value each time
  kAgainOne  ///< the same, shown in the help without dots
};

struct Option {
  using Target =
      std::variant<bool*, int64_t*, double*, std::string*, std::filesystem::path*,
                   std::vector<std::string>*, std::optional<std::string>*, std::optional<double>*>;
  std::string names;  ///< "NAME" stands by its position; "-p,--project", "--yes,!--no"
  Target target;      ///< a bool makes it a flag
  std::string help = {};
  bool required = false;
  bool show_default = false;
  Times times = Times::kOnce;
  std::vector<std::string> excludes = {};
};

struct Command {
  std::string name;
  std::string summary;
  std::vector<Option> options = {};  ///< what they are bound to lives as long as `run`
  std::function<void()> run;
};

/// Thrown by Command::run for arguments that are needed after all, as for other values of others.
struct MissingArguments {
  std::string names;
};
