#include "tokenizer/load/chat_templates.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "formats/json.h"

namespace twofold {
namespace {

using nlohmann::json;

constexpr const char* kFile = "chat_template.jinja";
constexpr const char* kFolder = "additional_chat_templates/";
constexpr const char* kSuffix = ".jinja";
constexpr const char* kField = "chat_template";

[[noreturn]] void refuse(const std::string& file, const json& found) {
  fail({.what = "not a chat template",
        .where = file + ": " + kField,
        .expected = "a text, or a list of {name, template}",
        .found = formats::printable(found.dump()),
        .hint = "take the field out to go without a template"});
}

const std::string& text_of(const json& value, const std::string& file, const json& whole) {
  if (!value.is_string()) refuse(file, whole);
  return value.get_ref<const std::string&>();
}

/// A text; a list of {name, template}; or an object of templates by name.
ChatTemplates read_field(const json& field, const std::string& file) {
  ChatTemplates templates;
  if (field.is_string()) {
    templates[kDefaultTemplate] = field.get<std::string>();
  } else if (field.is_array()) {
    for (const json& entry : field) {
      const bool named = entry.is_object() && entry.contains("name") && entry.contains("template");
      if (!named) refuse(file, field);
      templates[text_of(entry.at("name"), file, field)] =
          text_of(entry.at("template"), file, field);
    }
  } else if (field.is_object()) {
    for (const auto& [name, text] : field.items()) templates[name] = text_of(text, file, field);
  } else if (!field.is_null()) {
    refuse(file, field);
  }
  return templates;
}

ChatTemplates of_json(const FileTexts& files, const std::string& name) {
  const auto found = files.find(name);
  if (found == files.end()) return {};
  const json document = formats::parse_json(found->second, name);
  return document.is_object() && document.contains(kField) ? read_field(document.at(kField), name)
                                                           : ChatTemplates{};
}

}  // namespace

ChatTemplates chat_templates(const FileTexts& files) {
  ChatTemplates templates;
  const std::string folder = kFolder, suffix = kSuffix;
  for (const auto& [name, text] : files) {
    if (!name.starts_with(folder) || !name.ends_with(suffix)) continue;
    templates[name.substr(folder.size(), name.size() - folder.size() - suffix.size())] = text;
  }
  if (const auto file = files.find(kFile); file != files.end()) {
    templates[kDefaultTemplate] = file->second;
    return templates;
  }
  for (const char* name : {"tokenizer_config.json", "chat_template.json"}) {
    if (!templates.contains(kDefaultTemplate)) templates.merge(of_json(files, name));
  }
  return templates;
}

FileTexts template_files(const ChatTemplates& templates) {
  FileTexts files;
  for (const auto& [given, text] : templates) {
    std::string name = given;
    std::replace(name.begin(), name.end(), '/', '_');  // a name is no path
    files[name == kDefaultTemplate ? kFile : kFolder + name + kSuffix] = text;
  }
  return files;
}

}  // namespace twofold
