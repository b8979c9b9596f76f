#include "api/finetune/overrides.h"

#include <algorithm>

#include "base/error.h"
#include "config/parsed.h"
#include "twofold/config/field.h"

namespace twofold {

Given fill_given(config::Fields& fields, const std::vector<std::string>& overrides) {
  const config::Parsed source({.overrides = overrides});
  throw_problems(source.fill(fields, /*allow_missing=*/true).problems);
  Given given;
  for (const std::string& key : source.keys_set(fields)) {
    given[key] = config::value_text(*fields.find(key));
  }
  return given;
}

std::string override_of(const std::string& key, const std::string& text) {
  std::string path = key;
  std::ranges::replace(path, '/', '.');
  return path + "=" + text;
}

}  // namespace twofold
