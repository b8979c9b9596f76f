#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "data/forms/field_names.h"
#include "data/forms/settings.h"

namespace twofold::forms {

/// The form whose fields `record` has; of several the one that says most. Throws an Error at
/// `where` that lists its fields if it has those of no form.
Form form_of(const nlohmann::ordered_json& record, const FieldNames& names,
             const std::string& where);

}  // namespace twofold::forms
