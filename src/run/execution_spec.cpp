#include "twofold/execution_spec.h"

#include "base/error.h"
#include "data/folder_name.h"

namespace twofold {

void ExecutionSpec::validate() const {
  std::vector<Problem> problems;
  gather(problems, [&] { require_folder_name(name, "NAME"); });
  gather(problems, [&] { require_folder_name(project, "--project"); });
  gather(problems, [&] { require_folder_name(group, "--group"); });
  if (root.empty()) {
    problems.push_back({.what = "no folder for the run's files",
                        .where = "ROOT",
                        .expected = "a folder",
                        .found = "an empty text",
                        .hint = "give one, such as runs, or . for the current folder"});
  }
  throw_problems(std::move(problems));
}

}  // namespace twofold
