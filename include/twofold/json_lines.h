#pragma once
// JSON objects, one a line, from a file or from standard input, as the filters read them.
//
//   twofold::formats::JsonLines lines("-");
//   for (nlohmann::json object; lines.next(object);) …
#include "formats/json_lines.h"
