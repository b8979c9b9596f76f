#pragma once
// Reading a tokenizer.json: each fault is thrown when it is met, with file and key.

#include <string>
#include <vector>

#include "formats/json_reader.h"

namespace twofold::hf {

using formats::JsonReader;

/// A reader of the whole document, which must outlive it.
JsonReader read_tokenizer_json(const nlohmann::json& document, const std::string& file);

/// Refuses a component whose "type" is `type`, and lists the types that are supported.
[[noreturn]] void unsupported(const JsonReader& node, const std::string& kind,
                              const std::string& type, const std::vector<std::string>& known);

}  // namespace twofold::hf
