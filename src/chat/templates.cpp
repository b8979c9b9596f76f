#include "chat/templates.h"

#include <algorithm>

#include "base/error.h"
#include "chat/conversation.h"

namespace twofold::chat {

using nlohmann::ordered_json;

Templates::Templates(const std::vector<NamedTemplate>& templates, ordered_json special_tokens,
                     jinja::Settings settings)
    : special_tokens_(std::move(special_tokens)), settings_(settings) {
  for (const NamedTemplate& one : templates) {
    templates_.push_back({one.name, jinja::Template(one.text, one.where)});
  }
  asks_ = try_asking();
}

bool Templates::try_asking() const {
  ordered_json row = {{"messages", {{{"role", "user"}, {"content", "Hello."}}}}};
  try {
    const std::string told = render(row).text;
    row["add_generation_prompt"] = true;
    return render(std::move(row)).text != told;
  } catch (const Error&) {  // a template for other conversations
    return false;
  }
}

const jinja::Template* Templates::find(std::string_view name) const {
  const auto found = std::ranges::find(templates_, name, &Named::name);
  return found == templates_.end() ? nullptr : &found->made;
}

const jinja::Template& Templates::chosen(const ordered_json& variables) const {
  if (templates_.size() == 1 && templates_[0].name == kDefaultTemplate) return templates_[0].made;
  const jinja::Template* tool_use = variables["tools"].is_null() ? nullptr : find("tool_use");
  if (tool_use) return *tool_use;
  if (const jinja::Template* usual = find(kDefaultTemplate)) return *usual;
  fail({.what = "none of the model's chat templates is named `default`"});
}

ordered_json Templates::variables(ordered_json row) const {
  ordered_json variables = special_tokens_;
  ordered_json given = variables_of(std::move(row));
  for (auto& [key, value] : given.items()) variables[key] = std::move(value);
  return variables;
}

jinja::Rendered Templates::write(const ordered_json& variables) const {
  return chosen(variables).render(variables, settings_);
}

jinja::Rendered Templates::render(ordered_json row) const {
  return write(variables(std::move(row)));
}

}  // namespace twofold::chat
