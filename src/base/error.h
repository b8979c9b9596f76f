#pragma once
// Errors and bugs (<twofold/error.h>), and what the library's own code needs beside them.

#include <functional>

#include "twofold/error.h"

namespace twofold {

/// How many problems fit on a screen.
inline constexpr size_t kShownProblems = 5;
/// Throws one Error with the first kShownProblems problems and, if there are more, a last one at
/// `where` that says how many. Does nothing if there are no problems. For faults that every tensor
/// of a file may have.
void throw_first_problems(std::vector<Problem> problems, const std::string& where);
/// Runs `part`. If it throws an Error, catches it and appends its problems to `problems`.
void gather(std::vector<Problem>& problems, const std::function<void()>& part);

}  // namespace twofold

/// Throws a Bug if `condition` is false, which only a mistake in twofold can cause; never used on
/// user input.
#define TWOFOLD_EXPECT(condition, message)                                           \
  do {                                                                               \
    if (!(condition)) throw ::twofold::Bug(#condition, __FILE__, __LINE__, message); \
  } while (false)
