// encode and decode: filters from standard input to standard output.

#include <twofold/tokenizer.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/filter.h"

namespace {

struct Arguments {
  std::filesystem::path tokenizer;
  twofold::EncodeOptions encode;
  twofold::DecodeOptions decode;
};

std::shared_ptr<Arguments> add_filter(CLI::App& app, const char* name, const char* summary,
                                      CLI::App*& command) {
  command = app.add_subcommand(name, summary);
  auto to = std::make_shared<Arguments>();
  command
      ->add_option("--tokenizer", to->tokenizer,
                   "a model's folder; or tokenizer.json, a SentencePiece model, a tiktoken rank "
                   "file, vocab.json, encoder.json, llama2.c's tokenizer.bin")
      ->required();
  return to;
}

}  // namespace

void add_encode(CLI::App& app) {
  CLI::App* command = nullptr;
  const auto to =
      add_filter(app, "encode", R"({"text": …} to {"ids": […]}, line by line)", command);
  command->add_flag("--add-special,!--no-add-special", to->encode.add_special,
                    "with the tokens that the model expects around a text (default: yes)");
  command->add_flag("--ordinary", to->encode.ordinary,
                    "special tokens written in the text are ordinary characters");
  command->callback([to] {
    const auto tokenizer = twofold::tokenizer_from_path(to->tokenizer);
    twofold::formats::JsonLines lines("-");
    filter(lines, Flush::kWhenIdle, [&](const nlohmann::json& object, const std::string& where) {
      return twofold::encode_line(*tokenizer, to->encode, object, where);
    });
  });
}

void add_decode(CLI::App& app) {
  CLI::App* command = nullptr;
  const auto to =
      add_filter(app, "decode", R"({"ids": […]} to {"text": …}, line by line)", command);
  command->add_flag("--skip-special,!--keep-special", to->decode.skip_special,
                    "special tokens leave no text (default: yes)");
  command->callback([to] {
    const auto tokenizer = twofold::tokenizer_from_path(to->tokenizer);
    twofold::formats::JsonLines lines("-");
    filter(lines, Flush::kWhenIdle, [&](const nlohmann::json& object, const std::string& where) {
      return twofold::decode_line(*tokenizer, to->decode, object, where);
    });
  });
}
