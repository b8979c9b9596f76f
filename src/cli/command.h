#pragma once
// A command of the command line as data: its options, bound to variables, and what it does. Only
// command_line.cpp includes the parser, CLI11, whose headers take longer to compile than all
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
  kAgain,    ///< any number of times, one value each
  kAgainOne  ///< the same, shown in the help without dots
};

struct Option {
  using Target =
      std::variant<bool*, int64_t*, double*, std::string*, std::filesystem::path*,
                   std::vector<std::string>*, std::optional<std::string>*, std::optional<double>*>;
  std::string names;  ///< "NAME" is positional; "-p,--project", "--yes,!--no"
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
  std::vector<Option> options = {};  ///< their targets live as long as `run`
  std::function<void()> run;
};

/// Thrown by Command::run where all was done and the answer is not yes.
struct ExitCode {
  int code;
};
inline constexpr int kGateNotMet = 3;

/// Thrown by Command::run for arguments that are optional in general but required with the values
/// of other arguments.
struct MissingArguments {
  std::string names;
};
