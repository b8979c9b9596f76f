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

/// Which name special tokens, the first that names one.
constexpr const char* kTokenFiles[] = {"tokenizer_config.json", "special_tokens_map.json"};

/// The files in which a folder may have templates.
FileTexts texts_in(const Path& folder) {
  FileTexts texts;
  for (const std::string& name : tokenizer_files_in(folder)) {
    if (name.ends_with(".jinja") || name == "tokenizer_config.json" ||
        name == "chat_template.json") {
      texts[name] = read_text(folder / name);
    }
  }
  return texts;
}

}  // namespace

std::vector<NamedTemplate> read_templates(const Path& path) {
  std::vector<NamedTemplate> templates;
  if (!fs::is_directory(path) && path.extension() != ".json") {
    return {{kDefaultTemplate, read_text(path), path.string()}};
  }
  const FileTexts texts =
      fs::is_directory(path) ? texts_in(path) : FileTexts{{"chat_template.json", read_text(path)}};
  for (const auto& [name, text] : chat_templates(texts)) {
    templates.push_back({name, text, fmt::format("{} ({})", path.string(), name)});
  }
  if (!templates.empty()) return templates;
  fail({.what = "no chat template",
        .where = path.string(),
        .expected = "chat_template.jinja, or `chat_template` in tokenizer_config.json",
        .found = "neither",
        .hint = "give the file of a template, or the folder of a chat model"});
}

nlohmann::ordered_json read_special_tokens(const Path& folder) {
  FileTexts files;
  for (const char* name : kTokenFiles) {
    if (fs::is_regular_file(folder / name)) files[name] = read_text(folder / name);
  }
  return special_tokens_of(files, folder);
}

nlohmann::ordered_json special_tokens_of(const FileTexts& files, const Path& folder) {
  nlohmann::ordered_json tokens = nlohmann::ordered_json::object();
  for (const char* file : kTokenFiles) {
    const auto text = files.find(file);
    if (text == files.end()) continue;
    const json object = formats::parse_json(text->second, (folder / file).string());
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
