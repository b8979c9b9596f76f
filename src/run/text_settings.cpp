#include "run/text_settings.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "chat/layout.h"
#include "chat/turn_ends.h"
#include "formats/json.h"
#include "model/hf/hugging_face.h"

namespace twofold {
namespace {

bool is_id(const ModelConfig& model, int64_t id) { return id >= 0 && id < model.vocab_size; }

int32_t begin_of(const ModelConfig& model, const FileTexts& files, const Tokenizer& tokenizer) {
  const nlohmann::ordered_json named = chat::special_tokens_of(files, "the model");
  for (const char* name : {"bos_token", "eos_token"}) {
    if (!named.contains(name)) continue;
    const std::vector<int32_t> ids = tokenizer.encode(named.at(name).get<std::string>());
    if (ids.size() == 1) return ids.front();
  }
  if (is_id(model, model.bos_token_id)) return static_cast<int32_t>(model.bos_token_id);
  return tokenizer.eot_token();
}

/// Whether transformers reads texts by its class of Llama's tokenizers.
bool is_of_llama_class(const FileTexts& files) {
  const auto config = files.find("tokenizer_config.json");
  if (config == files.end()) return false;
  const auto object = formats::parse_json(config->second, config->first);
  const std::string name = object.value("tokenizer_class", nlohmann::json()).dump();
  return name == "\"LlamaTokenizer\"" || name == "\"LlamaTokenizerFast\"";
}

/// As lm-eval reads, which does so through transformers. Whatever a tokenizer.json says, its class
/// of Llama's tokenizers gives a text that begins with a space no other, and leaves out what has no
/// token.
tasks::Reading reading_of(const ModelConfig& model, const FileTexts& files, bool special,
                          const Tokenizer& tokenizer) {
  tasks::Reading reading{.begin = begin_of(model, files, tokenizer), .special = special};
  if (!is_of_llama_class(files)) return reading;
  reading.one_space = tokenizer.encode(" a").size() > tokenizer.encode("a").size();
  const nlohmann::ordered_json named = chat::special_tokens_of(files, "the model");
  if (!named.contains("unk_token")) return reading;
  const std::vector<int32_t> unknown = tokenizer.encode(named["unk_token"].get<std::string>());
  if (unknown.size() == 1) reading.left_out = unknown.front();
  return reading;
}

/// What ends a text of the model, wherever it says so.
std::vector<int32_t> ends_of(const ModelConfig& model, const FileTexts& files,
                             const Tokenizer& tokenizer) {
  const auto file = files.find(kGenerationConfig);
  const std::vector<int64_t> named =
      file == files.end() ? model.eos_token_id
                          : hf_generation(model, file->second, kGenerationConfig).end_tokens;
  std::vector<int32_t> ends = {tokenizer.eot_token()};
  for (const int64_t id : named) {
    if (is_id(model, id)) ends.push_back(static_cast<int32_t>(id));
  }
  return ends;
}

nlohmann::ordered_json message_of(const std::string& role, const std::string& content) {
  return {{"role", role}, {"content", content}};
}

/// A user's turn in the layout, ready to be answered.
std::string prompt_of(const chat::Layout& layout, const std::string& system,
                      const std::string& message) {
  nlohmann::ordered_json messages = nlohmann::ordered_json::array();
  if (!system.empty()) messages.push_back(message_of("system", system));
  messages.push_back(message_of("user", message));
  return layout.templates.render({{"messages", messages}, {"add_generation_prompt", true}}).text;
}

/// Adds the layout of a turn. A template that is none only matters to those who ask for it.
void add_turns(TextReader& reader, const FileTexts& files) {
  try {
    const auto layout =
        std::make_shared<chat::Layout>(chat::layout_of(files, "the model", reader.tokenizer));
    const std::optional<int32_t> end = chat::end_of_turn(layout->templates, reader.tokenizer);
    if (end) reader.end_tokens.push_back(*end);
    reader.turn = [layout](const std::string& system, const std::string& message) {
      return prompt_of(*layout, system, message);
    };
  } catch (const Error& error) {
    reader.turn = [error](const std::string&, const std::string&) -> std::string { throw error; };
  }
}

}  // namespace

TextReader reader_of(const ModelConfig& model, const FileTexts& files, bool special,
                     const Tokenizer& tokenizer) {
  TextReader reader{.tokenizer = tokenizer,
                    .reading = reading_of(model, files, special, tokenizer),
                    .positions = model.positions(),
                    .end_tokens = ends_of(model, files, tokenizer)};
  add_turns(reader, files);
  return reader;
}

FileTexts text_files_in(const Path& folder) {
  FileTexts files = chat::read_chat_files(folder);
  std::string generation = generation_config_of(folder);
  if (!generation.empty()) files[kGenerationConfig] = std::move(generation);
  return files;
}

}  // namespace twofold
