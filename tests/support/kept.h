#pragma once
// What other programs answered, as tests/stats/make_kept.py has written it down.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/files.h"

namespace twofold::test {

/// The rows of a file below tests/: "stats/kept/bleu".
inline std::vector<nlohmann::json> kept(const std::string& name) {
  const Path file = Path(TWOFOLD_SOURCE_DIR) / "tests" / (name + ".jsonl");
  std::istringstream lines(read_text(file));
  std::vector<nlohmann::json> rows;
  for (std::string line; std::getline(lines, line);) rows.push_back(nlohmann::json::parse(line));
  EXPECT_FALSE(rows.empty()) << name;
  return rows;
}

}  // namespace twofold::test
