#pragma once
// Verbs that are filters: a line of JSON in, a line out.

#include <twofold/json_lines.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

/// When what is ready is written: at each line, for lines that take long to make; or when the next
/// line is not there yet, so that two programs may talk through the filter, and in between by the
/// block.
enum class Flush { kEachLine, kWhenIdle };

/// Writes what `convert` makes of each object (`where` names its line in errors) to standard
/// output. An Error ends it after the lines before it are written; so does a signal, at once.
void filter(twofold::formats::JsonLines& lines, Flush flush,
            const std::function<std::string(const nlohmann::json& object,
                                            const std::string& where)>& convert);
