#pragma once
// A template of the Jinja language, as chat templates use it (docs/chat_templates.md): what it
// writes is to the byte what Jinja writes in transformers' environment.

#include <ctime>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jinja/limits.h"

namespace twofold::jinja {

struct Settings {
  Limits limits = {};
  std::optional<std::tm> now = {};  ///< what strftime_now() tells instead of the clock
  bool strict_undefined = false;    ///< what is undefined is refused where it is written
};

/// Characters begin … end of a text.
struct Span {
  size_t begin, end;
};

struct Rendered {
  std::string text;
  std::vector<Span> generated;  ///< what {% generation %} blocks wrote, as transformers counts it
};

class Template {
 public:
  /// `name` is shown in errors. An Error with line and column for what is no template, and for what
  /// twofold does not know, by name.
  Template(std::string_view text, std::string name);
  ~Template();
  Template(Template&&) noexcept;

  /// `variables`: an object. An Error with line and column for a template that refuses.
  Rendered render(const nlohmann::ordered_json& variables, const Settings& settings = {}) const;

 private:
  struct Parsed;
  std::unique_ptr<Parsed> parsed_;
};

}  // namespace twofold::jinja
