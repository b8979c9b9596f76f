#pragma once
// Errors and bugs (<twofold/error.h>), and what the library's own code needs beside them.

#include <functional>

#include "twofold/error.h"

namespace twofold {

/// Throws one Error with the first `limit` problems, a screen of them, and how many more of their
/// kind there are at `where`; nothing if there are none.
void throw_first_problems(std::vector<Problem> problems, size_t limit, const std::string& where);
/// Runs `part`; the problems of an Error that it throws go to the end of `problems` instead.
void gather(std::vector<Problem>& problems, const std::function<void()>& part);

}  // namespace twofold

/// Holds unless twofold itself is wrong; never used on user input.
#define TWOFOLD_EXPECT(condition, message)                                           \
  do {                                                                               \
    if (!(condition)) throw ::twofold::Bug(#condition, __FILE__, __LINE__, message); \
  } while (false)
