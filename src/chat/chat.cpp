#include "twofold/chat.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "chat/conversation.h"
#include "chat/mask.h"
#include "chat/template_files.h"
#include "formats/json.h"
#include "jinja/template.h"
#include "twofold/tokenizer.h"

namespace twofold {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

std::tm time_of(const std::string& text) {
  std::tm time{};
  const char* const rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
  if (rest && *rest == '\0') return time;
  fail({.what = "not a date and time",
        .where = "--now",
        .expected = "2026-01-31T12:00:00",
        .found = text,
        .hint = "write year, month, day, T, hours, minutes and seconds"});
}

/// What the post-processor in the folder's tokenizer.json says of spaces.
chat::Trimming trimming_of(const Path& folder) {
  const Path file = folder / "tokenizer.json";
  if (!fs::is_regular_file(file)) return {};
  const json document = formats::parse_json(read_text(file), file.string());
  if (!document.is_object() || !document.contains("post_processor")) return {};
  json processors = document.at("post_processor");
  if (processors.is_object() && processors.contains("processors")) {
    processors = processors.at("processors");
  } else {
    processors = json::array({processors});
  }
  chat::Trimming trimming;
  for (const json& one : processors) {
    if (!one.is_object() || one.value("type", "") != "ByteLevel") continue;
    trimming = {.spaces = one.value("trim_offsets", true),
                .keeps_first = one.value("add_prefix_space", true)};
  }
  return trimming;
}

std::string shown(const Error& error) {
  const Problem& problem = error.problems().front();
  return problem.where.empty() ? problem.what : fmt::format("{} ({})", problem.what, problem.where);
}

}  // namespace

struct ChatTemplate::State {
  struct Named {
    std::string name;
    jinja::Template made;
  };

  std::vector<Named> templates;
  jinja::Settings settings;
  ordered_json special = ordered_json::object();
  std::unique_ptr<Tokenizer> tokenizer;
  chat::Trimming trimming;

  const jinja::Template& chosen(const ordered_json& variables) const;
  ordered_json render(ordered_json row) const;
};

ChatTemplate::ChatTemplate(const std::filesystem::path& path, const std::string& now)
    : state_(std::make_unique<State>()) {
  for (const chat::NamedTemplate& one : chat::read_templates(path)) {
    state_->templates.push_back({one.name, jinja::Template(one.text, one.where)});
  }
  if (!now.empty()) state_->settings.now = time_of(now);
  if (!fs::is_directory(path)) return;
  state_->special = chat::read_special_tokens(path);
  state_->tokenizer = tokenizer_from_path(path);
  state_->trimming = trimming_of(path);
}

ChatTemplate::~ChatTemplate() = default;
ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;

const jinja::Template& ChatTemplate::State::chosen(const ordered_json& variables) const {
  if (templates.size() == 1 && templates[0].name == "default") return templates[0].made;
  const auto find = [&](std::string_view name) {
    const auto found = std::ranges::find(templates, name, &Named::name);
    return found == templates.end() ? nullptr : &found->made;
  };
  const jinja::Template* tool_use = variables["tools"].is_null() ? nullptr : find("tool_use");
  if (tool_use) return *tool_use;
  if (const jinja::Template* usual = find("default")) return *usual;
  fail({.what = "none of the model's chat templates is named `default`"});
}

ordered_json ChatTemplate::State::render(ordered_json row) const {
  ordered_json variables = special;
  const ordered_json given = chat::variables_of(std::move(row));
  for (const auto& [key, value] : given.items()) variables[key] = value;
  const jinja::Rendered rendered = chosen(variables).render(variables, settings);
  ordered_json made{{"text", rendered.text}};
  if (!tokenizer) return made;
  const std::vector<int32_t> ids = tokenizer->encode(rendered.text);
  made["ids"] = ids;
  made["mask"] = rendered.generated.empty()
                     ? std::vector<int>(ids.size(), 0)
                     : chat::mask_of(chat::offsets_of(*tokenizer, ids, rendered.text, trimming),
                                     rendered.generated);
  return made;
}

std::string ChatTemplate::render_line(const std::string& line, const std::string& where) const {
  try {
    return state_->render(formats::parse_ordered_json_line(line, where)).dump();
  } catch (const Error& error) {
    return ordered_json{{"error", shown(error)}}.dump();
  }
}

}  // namespace twofold
