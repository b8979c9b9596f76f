#pragma once
// How a model's conversations are written: by its own chat templates, or by one of two layouts of
// ours if it has none.

#include <string>
#include <vector>

#include "base/file_texts.h"
#include "chat/templates.h"
#include "twofold/tokenizer_interface.h"

namespace twofold::chat {

struct Layout {
  std::vector<NamedTemplate> files;  ///< as they are written into an export
  nlohmann::ordered_json special_tokens;
  Templates templates;
  std::string name;       ///< for people: "ChatML", or where the model's own is
  bool own = true;        ///< the model has templates
  bool is_plain = false;  ///< Alpaca's
};

/// The layout of a model with these files beside it, from the folder or run `where`. Without a
/// template it is ChatML if the tokenizer has its two marks, <|im_start|> and <|im_end|>, as
/// tokens, else the plain layout of Alpaca, each answer followed by the token that ends a text.
Layout layout_of(const FileTexts& files, const std::string& where, const Tokenizer& tokenizer,
                 const jinja::Settings& settings = {});

}  // namespace twofold::chat
