#pragma once
// The chat templates of a model, wherever its files have them.

#include <map>
#include <string>

#include "base/file_texts.h"

namespace twofold {

/// Templates by name.
using ChatTemplates = std::map<std::string, std::string>;
inline constexpr const char* kDefaultTemplate = "default";

/// Of chat_template.jinja and additional_chat_templates/NAME.jinja; of tokenizer_config.json, which
/// has one or several, where the first is not there, and of chat_template.json where neither has
/// one. An Error for a field that is no template.
ChatTemplates chat_templates(const FileTexts& files);

/// The same as files: where every program of today finds them.
FileTexts template_files(const ChatTemplates& templates);

}  // namespace twofold
