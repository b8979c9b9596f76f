#pragma once
// A change and what its interval says of it, as figures of a table.

#include <string>

#include "report/run_data.h"

namespace twofold::report {

/// The class of a verdict in the page's style; of none, "unknown".
std::string css_of(const std::string& verdict);
/// The verdict in its colour; "no interval" without one.
std::string chip(const std::string& verdict);
/// The change with its interval on a line around zero, which reaches as far as `reach`.
std::string forest(double change, const Bounds& interval, double reach, const std::string& verdict);
/// How far a change and its interval are from zero.
double reach_of(double change, const Bounds& interval);
/// "+0.1 … +0.3"
std::string interval_text(const Bounds& interval);
/// "+0.2 ± 0.1"
std::string plus_minus(double change, const Bounds& interval);

}  // namespace twofold::report
