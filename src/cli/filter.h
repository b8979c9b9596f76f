#pragma once
// Verbs that are filters: a line of JSON in, a line out.

#include <twofold/json_lines.h>

#include <functional>
#include <string>

/// When what is ready is written: at each line, for lines that take long to make; or when the next
/// line is not there yet, so that two programs may talk through the filter, and in between by the
/// block.
enum class Flush { kEachLine, kWhenIdle };

/// Writes what `convert` makes of each line's object to standard output. An Error ends it after the
/// lines before it are written; so does a signal, at once.
void filter(twofold::JsonlReader& lines, Flush flush,
            const std::function<std::string(const twofold::JsonlReader& line)>& convert);
