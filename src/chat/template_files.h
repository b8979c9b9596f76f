#pragma once
// The chat templates in a model's folder, and the special tokens that they name.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/file_texts.h"
#include "base/files.h"
#include "tokenizer/load/chat_templates.h"

namespace twofold::chat {

struct NamedTemplate {
  std::string name;   ///< "default" where there is one only
  std::string text;   ///< in the language of jinja/template.h
  std::string where;  ///< as errors show it
};

/// Of a file: itself, or `chat_template` of a JSON file. Of a folder: those of
/// tokenizer/load/chat_templates.h. An Error if there is none.
std::vector<NamedTemplate> read_templates(const Path& path);

/// Of the files of a folder, which may be gone: `where` is shown in errors. None if there is none.
std::vector<NamedTemplate> templates_of(const FileTexts& files, const std::string& where);

/// The files of a folder that have templates or special tokens; none of what is no folder.
FileTexts read_chat_files(const Path& folder);

/// bos_token and the like, by tokenizer_config.json, else by special_tokens_map.json.
/// `folder` is shown in errors.
nlohmann::ordered_json special_tokens_of(const FileTexts& files, const Path& folder);

}  // namespace twofold::chat
