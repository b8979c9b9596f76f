#pragma once
// One page about a run, or several compared: what `twofold report` writes and `twofold watch`
// serves.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "twofold/execution_spec.h"

namespace twofold {

/// Writes the page of the runs as one HTML file that needs nothing else: the same results give the
/// same bytes. Runs may be going on. Throws an Error if one has not begun.
void write_report(const std::vector<ExecutionSpec>& runs, const std::filesystem::path& out);

struct WatchOptions {
  std::string host = "127.0.0.1";
  int64_t port = 8461;  ///< 0: a free one
  /// Asked of every visitor. If it is empty, nobody is asked on a loopback address, which other
  /// machines cannot reach; elsewhere a new one is made.
  std::string token = {};
};

/// Serves the page, which follows the runs, until a stop is requested (<twofold/stop.h>). `ready`
/// is given the address once it can be opened. Nothing of the runs is written to or locked. Throws
/// an Error if a run has not begun or the port is in use.
void watch(const std::vector<ExecutionSpec>& runs, const WatchOptions& options,
           const std::function<void(const std::string& address)>& ready);

}  // namespace twofold
