#pragma once
// Commands that are filters: they read lines of JSON and write one line for each.

#include <twofold/json_lines.h>

#include <functional>
#include <string>

/// When finished lines are written. kEachLine: after each line, for lines that take long to make.
/// kWhenIdle: whenever the next input line has not arrived yet, so that two programs may talk
/// through the filter; while input keeps coming, in blocks.
enum class Flush { kEachLine, kWhenIdle };

/// A line on standard error.
void warn(const std::string& text);

/// Writes what `convert` makes of each line's object to standard output. If there is an Error, the
/// lines before it are written first. A signal ends the program at once.
void filter(twofold::JsonlReader& lines, Flush flush,
            const std::function<std::string(const twofold::JsonlReader& line)>& convert);
