#include "cli/run_names.h"

#include <filesystem>

std::vector<twofold::ExecutionSpec> named_runs(const std::vector<std::string>& names,
                                               const std::string& root,
                                               const twofold::ExecutionSpec& common) {
  std::vector<twofold::ExecutionSpec> runs;
  for (const std::string& name : names) {
    twofold::ExecutionSpec spec = common;
    spec.root = root;
    spec.name = name;
    const size_t first = name.find('/'), last = name.rfind('/');
    if (first != last) {
      spec.project = name.substr(0, first);
      spec.group = name.substr(first + 1, last - first - 1);
      spec.name = name.substr(last + 1);
    }
    runs.push_back(spec);
  }
  return runs;
}
