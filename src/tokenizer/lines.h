#pragma once
// Text to ids and back, one JSON object a line: {"text": …} and {"ids": […]}.

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tokenizer/tokenizer.h"

namespace twofold {

struct EncodeOptions {
  bool add_special = true;  ///< with the tokens that the model expects around a text
  bool ordinary = false;    ///< special tokens written in the text are ordinary characters
};

/// The line {"ids":[…]} for an object {"text":"…"}; other members are ignored. `where` names the
/// line in errors. No line break at the end.
std::string encode_line(const Tokenizer& tokenizer, const EncodeOptions& options,
                        const nlohmann::json& object, const std::string& where);

struct DecodeOptions {
  bool skip_special = true;  ///< special tokens leave no text
};

/// The line {"text":"…"} for an object {"ids":[…]}. Text that is not UTF-8 is repaired.
std::string decode_line(const Tokenizer& tokenizer, const DecodeOptions& options,
                        const nlohmann::json& object, const std::string& where);

}  // namespace twofold
