#pragma once
// Two kinds of failure, for two audiences. `Error` is for users: what, where, expected, found, try;
// one screen, exit code 2. `Bug` is for us: something is wrong with twofold itself.
//
//   twofold::fail({.what = "unknown key", .where = "run.yaml:7 optimization/lora/rnk",
//                  .expected = "a declared key", .found = "rnk", .hint = "did you mean `rank`?"});

#include <exception>
#include <string>
#include <vector>

namespace twofold {

/// One thing that is wrong with what the user gave us. Empty parts are not printed.
struct Problem {
  std::string what = {};      ///< the fault in one line
  std::string where = {};     ///< file:line, key, tensor, byte offset
  std::string expected = {};  ///< what would have been right
  std::string found = {};     ///< what was there
  std::string hint = {};      ///< what to try

  /// Several lines: "error: what", then "  where: …" and so on for each part that is set.
  std::string render() const;
};

/// A fault of the user's input or machine. Carries every problem found, not only the first.
class Error : public std::exception {
 public:
  static constexpr int kExitCode = 2;

  explicit Error(Problem problem);
  explicit Error(std::vector<Problem> problems);

  const std::vector<Problem>& problems() const { return problems_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::vector<Problem> problems_;
  std::string text_;
};

/// The run was told to stop, has saved, and can be continued by the same command.
class Interrupted : public std::exception {
 public:
  static constexpr int kExitCode = 75;
  const char* what() const noexcept override { return "interrupted"; }
};

/// A bug in twofold: the message, the place and a stack.
class Bug : public std::exception {
 public:
  static constexpr int kExitCode = 70;
  Bug(const char* condition, const char* file, int line, const std::string& message);
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

[[noreturn]] void fail(Problem problem);
/// Throws one Error with all of them, if there are any.
void throw_problems(std::vector<Problem> problems);

}  // namespace twofold
