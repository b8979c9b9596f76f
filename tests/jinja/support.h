#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "jinja/template.h"

namespace twofold::jinja {

inline std::string rendered(const std::string& text, const std::string& variables = "{}",
                            const Settings& settings = {}) {
  return Template(text, "t.jinja").render(nlohmann::ordered_json::parse(variables), settings).text;
}

/// What a template that refuses says, and where.
inline Problem refusal(const std::string& text, const std::string& variables = "{}",
                       const Settings& settings = {}) {
  try {
    ADD_FAILURE() << "not refused: " << text << " gives " << rendered(text, variables, settings);
  } catch (const Error& error) {
    return error.problems().front();
  }
  return {};
}

}  // namespace twofold::jinja
