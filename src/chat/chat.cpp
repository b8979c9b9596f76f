#include "twofold/chat.h"

#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "chat/mask.h"
#include "chat/template_files.h"
#include "chat/templates.h"
#include "formats/json.h"
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
  chat::Templates templates;
  std::unique_ptr<Tokenizer> tokenizer = {};  ///< none of a template's file
  chat::Trimming trimming = {};

  ordered_json render(ordered_json row) const;
};

ChatTemplate::ChatTemplate(const std::filesystem::path& path, const std::string& now) {
  jinja::Settings settings;
  if (!now.empty()) settings.now = time_of(now);
  state_ = std::make_unique<State>(
      State{chat::Templates(chat::read_templates(path),
                            chat::special_tokens_of(chat::read_chat_files(path), path), settings)});
  if (!fs::is_directory(path)) return;
  state_->tokenizer = tokenizer_from_path(path);
  state_->trimming = trimming_of(path);
}

ChatTemplate::~ChatTemplate() = default;
ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;

ordered_json ChatTemplate::State::render(ordered_json row) const {
  const jinja::Rendered rendered = templates.render(std::move(row));
  ordered_json made{{"text", rendered.text}};
  if (!tokenizer) return made;
  const EncodedText tokens = tokenizer->encode_with_offsets(rendered.text);
  made["ids"] = tokens.ids;
  made["mask"] = rendered.generated.empty()
                     ? std::vector<int>(tokens.ids.size(), 0)
                     : chat::mask_of(chat::characters_of(tokens.offsets, rendered.text, trimming),
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
