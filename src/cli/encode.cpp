// encode and decode: filters from standard input to standard output.

#include <twofold/tokenizer.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/filter.h"

namespace {

template <class Options>
struct Filter {
  CLI::App* command;
  Options& options;  ///< owned by the command
};

/// Adds a command that makes a line of each line by `line_of`, under its options.
template <class Options>
Filter<Options> add_filter(CLI::App& app, const char* name, const char* summary,
                           std::string (*line_of)(const twofold::Tokenizer&, const Options&,
                                                  const nlohmann::json&, const std::string&)) {
  struct Arguments {
    std::filesystem::path tokenizer;
    Options options;
  };
  const auto to = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(name, summary);
  command
      ->add_option("--tokenizer", to->tokenizer,
                   "a model's folder; or tokenizer.json, a SentencePiece model, a tiktoken rank "
                   "file, vocab.json, encoder.json, llama2.c's tokenizer.bin")
      ->required();
  command->callback([to, line_of] {
    const auto tokenizer = twofold::tokenizer_from_path(to->tokenizer);
    twofold::formats::JsonLines lines("-");
    filter(lines, Flush::kWhenIdle, [&](const nlohmann::json& object, const std::string& where) {
      return line_of(*tokenizer, to->options, object, where);
    });
  });
  return {command, to->options};
}

}  // namespace

void add_encode(CLI::App& app) {
  const auto [command, options] = add_filter(
      app, "encode", R"({"text": …} to {"ids": […]}, line by line)", twofold::encode_line);
  command->add_flag("--add-special,!--no-add-special", options.add_special,
                    "with the tokens that the model expects around a text (default: yes)");
  command->add_flag("--ordinary", options.ordinary,
                    "special tokens written in the text are ordinary characters");
}

void add_decode(CLI::App& app) {
  const auto [command, options] = add_filter(
      app, "decode", R"({"ids": […]} to {"text": …}, line by line)", twofold::decode_line);
  command->add_flag("--skip-special,!--keep-special", options.skip_special,
                    "special tokens leave no text (default: yes)");
}
