#pragma once
// Arguments that name several runs: A B … ROOT.

#include <twofold/execution_spec.h>

#include <string>
#include <vector>

/// The runs that are named below `root`, each as NAME or as PROJECT/GROUP/NAME; `common` has the
/// project and the group of the others.
std::vector<twofold::ExecutionSpec> named_runs(const std::vector<std::string>& names,
                                               const std::string& root,
                                               const twofold::ExecutionSpec& common);
