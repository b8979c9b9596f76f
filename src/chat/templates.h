#pragma once
// A model's chat templates, ready to make texts of conversations.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "chat/template_files.h"
#include "jinja/template.h"

namespace twofold::chat {

class Templates {
 public:
  /// `special_tokens`: variables of the templates, bos_token and the like. An Error for what is no
  /// template.
  Templates(const std::vector<NamedTemplate>& templates, nlohmann::ordered_json special_tokens,
            jinja::Settings settings = {});

  /// What the template that fits makes of a conversation, {"messages": […], "tools": […],
  /// "add_generation_prompt": …}; other keys are variables. An Error if it refuses.
  jinja::Rendered render(nlohmann::ordered_json row) const;
  /// The same in two steps, of which the second may be taken again with fewer messages: making the
  /// variables costs as much as writing the text.
  nlohmann::ordered_json variables(nlohmann::ordered_json row) const;
  jinja::Rendered write(const nlohmann::ordered_json& variables) const;
  /// Whether add_generation_prompt is known to make a difference.
  bool asks() const { return asks_; }

 private:
  struct Named {
    std::string name;
    jinja::Template made;
  };
  const jinja::Template& chosen(const nlohmann::ordered_json& variables) const;
  const jinja::Template* find(std::string_view name) const;
  bool try_asking() const;

  std::vector<Named> templates_;
  nlohmann::ordered_json special_tokens_;
  jinja::Settings settings_;
  bool asks_ = false;
};

}  // namespace twofold::chat
