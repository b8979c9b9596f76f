#pragma once
// The tasks of tasks/builtin/*.yaml, which the build writes into the program.

#include <span>
#include <string_view>

namespace twofold::tasks {

struct BuiltinTask {
  std::string_view id;    ///< the file's name
  std::string_view yaml;  ///< its text
};
std::span<const BuiltinTask> builtin_tasks();

}  // namespace twofold::tasks
