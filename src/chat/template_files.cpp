#include "chat/template_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "formats/json.h"
#include "tokenizer/load/chat_templates.h"
#include "tokenizer/load/files.h"

namespace twofold::chat {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The object in a JSON file; null if there is no such file.
json object_in(const FileTexts& files, const std::string& name, const Path& folder) {
  const auto file = files.find(name);
  if (file == files.end()) return nullptr;
  json object = formats::parse_json(file->second, (folder / name).string());
  return object.is_object() ? object : json();
}

}  // namespace

FileTexts read_chat_files(const Path& folder) {
  FileTexts texts;
  if (!fs::is_directory(folder)) return texts;
  for (const std::string& name : tokenizer_files_in(folder)) {
    if (name.ends_with(".jinja") || name == "tokenizer_config.json" ||
        name == "special_tokens_map.json" || name == "chat_template.json") {
      texts[name] = read_text(folder / name);
    }
  }
  return texts;
}

std::vector<NamedTemplate> templates_of(const FileTexts& files, const std::string& where) {
  std::vector<NamedTemplate> templates;
  for (const auto& [name, text] : chat_templates(files)) {
    templates.push_back({name, text, fmt::format("{} ({})", where, name)});
  }
  return templates;
}

std::vector<NamedTemplate> read_templates(const Path& path) {
  if (!fs::is_directory(path) && path.extension() != ".json") {
    return {{kDefaultTemplate, read_text(path), path.string()}};
  }
  const FileTexts texts = fs::is_directory(path)
                              ? read_chat_files(path)
                              : FileTexts{{"chat_template.json", read_text(path)}};
  std::vector<NamedTemplate> templates = templates_of(texts, path.string());
  if (!templates.empty()) return templates;
  fail({.what = "no chat template",
        .where = path.string(),
        .expected = "chat_template.jinja, or `chat_template` in tokenizer_config.json",
        .found = "neither",
        .hint = "give the file of a template, or the folder of a chat model"});
}

nlohmann::ordered_json special_tokens_of(const FileTexts& files, const Path& folder) {
  nlohmann::ordered_json tokens = nlohmann::ordered_json::object();
  for (const char* file : {"tokenizer_config.json", "special_tokens_map.json"}) {
    const json object = object_in(files, file, folder);
    for (const char* name : {"bos_token", "eos_token", "unk_token", "sep_token", "pad_token",
                             "cls_token", "mask_token"}) {
      if (!object.is_object() || !object.contains(name) || tokens.contains(name)) continue;
      const json& given = object.at(name);
      const json& token =
          given.is_object() && given.contains("content") ? given.at("content") : given;
      if (token.is_string()) tokens[name] = token.get<std::string>();
    }
  }
  return tokens;
}

}  // namespace twofold::chat
