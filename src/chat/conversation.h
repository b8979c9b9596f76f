#pragma once

#include <nlohmann/json_fwd.hpp>

namespace twofold::chat {

/// The variables that transformers' apply_chat_template() gives a template for `row`: its messages
/// without the fields that are null, reasoning under each name that templates know it by, and null
/// for what is left out. An Error for a row that it does not take.
nlohmann::ordered_json variables_of(nlohmann::ordered_json row);

bool is_assistant(const nlohmann::ordered_json& message);

}  // namespace twofold::chat
