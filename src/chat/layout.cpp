#include "chat/layout.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "tokenizer/tokenizer.h"

namespace twofold::chat {
namespace {

constexpr const char* kChatML =
    "{%- for message in messages -%}\n"
    "{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' -}}\n"
    "{%- endfor -%}\n"
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}";

constexpr const char* kAlpaca =
    "{%- if messages[0]['role'] == 'system' -%}\n"
    "{{- messages[0]['content'] -}}\n"
    "{%- else -%}\n"
    "{{- 'Below is an instruction that describes a task' -}}\n"
    "{%- if messages[0]['input'] -%}\n"
    "{{- ', paired with an input that provides further context' -}}\n"
    "{%- endif -%}\n"
    "{{- '. Write a response that appropriately completes the request.' -}}\n"
    "{%- endif -%}\n"
    "{%- for message in messages -%}\n"
    "{%- if message['role'] == 'user' -%}\n"
    "{{- '\\n\\n### Instruction:\\n' + message['content'] -}}\n"
    "{%- if message['input'] -%}{{- '\\n\\n### Input:\\n' + message['input'] -}}{%- endif -%}\n"
    "{%- elif message['role'] == 'assistant' -%}\n"
    "{{- '\\n\\n### Response:\\n' + message['content'] + eos_token -}}\n"
    "{%- elif message['role'] != 'system' or not loop.first -%}\n"
    "{{- raise_exception('the plain layout of Alpaca has no place for a turn of ' + "
    "message['role']) -}}\n"
    "{%- endif -%}\n"
    "{%- endfor -%}\n"
    "{%- if add_generation_prompt -%}{{- '\\n\\n### Response:\\n' -}}{%- endif -%}";

bool has_marks_of_chatml(const Tokenizer& tokenizer) {
  constexpr std::array kMarks = {"<|im_start|>", "<|im_end|>"};
  try {
    return std::ranges::all_of(
        kMarks, [&](const char* mark) { return tokenizer.encode(mark).size() == 1; });
  } catch (const Error&) {  // a tokenizer of numbers
    return false;
  }
}

/// The text of the token that ends a document.
std::string end_text(const Tokenizer& tokenizer) {
  const int32_t id = tokenizer.eot_token();
  return tokenizer.decode({&id, 1});
}

/// Whether a text of this tokenizer begins with bos_token: a template has to write it then.
bool begins_with_bos(const Tokenizer& tokenizer, const nlohmann::ordered_json& special) {
  const std::vector<int32_t> front = special_in_front(tokenizer);
  return front.size() == 1 && special.contains("bos_token") &&
         tokenizer.decode(front) == special.at("bos_token").get<std::string>();
}

/// The template of the plain layout.
std::string alpaca(const Tokenizer& tokenizer, const nlohmann::ordered_json& special) {
  const char* const begin = begins_with_bos(tokenizer, special) ? "{{- bos_token -}}\n" : "";
  return std::string(begin) + kAlpaca;
}

}  // namespace

Layout layout_of(const FileTexts& files, const std::string& where, const Tokenizer& tokenizer,
                 const jinja::Settings& settings) {
  nlohmann::ordered_json special = special_tokens_of(files, where);
  std::vector<NamedTemplate> own = templates_of(files, where);
  if (!own.empty()) {
    return {own, special, Templates(own, special, settings), own.front().where};
  }
  const bool chatml = has_marks_of_chatml(tokenizer);
  const char* const name = chatml ? "ChatML" : "the plain layout of Alpaca";
  if (!chatml && !special.contains("eos_token")) special["eos_token"] = end_text(tokenizer);
  const std::string text = chatml ? kChatML : alpaca(tokenizer, special);
  const std::vector<NamedTemplate> ours = {{kDefaultTemplate, text, name}};
  return {ours, special, Templates(ours, special, settings), name, false, !chatml};
}

}  // namespace twofold::chat
