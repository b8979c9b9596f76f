// encode and decode: filters from standard input to standard output.

#include <twofold/tokenizer.h>

#include <memory>
#include <utility>

#include "cli/commands.h"
#include "cli/filter.h"

namespace {

template <class Options>
struct Arguments {
  std::filesystem::path tokenizer;
  Options options = {};
};

template <class Options>
Option tokenizer_option(Arguments<Options>& to) {
  return {.names = "--tokenizer",
          .target = &to.tokenizer,
          .help =
              "a model's folder; or tokenizer.json, a SentencePiece model, a tiktoken rank "
              "file, vocab.json, encoder.json, llama2.c's tokenizer.bin",
          .required = true};
}

/// Writes what `convert` makes of each line of standard input, one line each.
void filter_input(const std::filesystem::path& file,
                  const std::function<std::string(const twofold::Tokenizer&,
                                                  const twofold::JsonlReader&)>& convert) {
  const auto tokenizer = twofold::tokenizer_from_path(file);
  twofold::JsonlReader lines("-");
  filter(lines, Flush::kWhenIdle,
         [&](const twofold::JsonlReader& line) { return convert(*tokenizer, line); });
}

}  // namespace

Command encode_command() {
  const auto to = std::make_shared<Arguments<twofold::EncodeOptions>>();
  const auto warned = std::make_shared<bool>(false);
  const auto encode = [to, warned](const twofold::Tokenizer& tokenizer,
                                   const twofold::JsonlReader& line) {
    to->options.warn = [&](const std::string& text) {
      if (!std::exchange(*warned, true)) warn(line.where() + ": " + text);
    };
    return twofold::encode_line(tokenizer, to->options, line.text("text"));
  };
  return {
      .name = "encode",
      .summary = R"({"text": …} to {"ids": […]}, line by line)",
      .options = {tokenizer_option(*to),
                  {.names = "--add-special,!--no-add-special",
                   .target = &to->options.add_special,
                   .help = "with the tokens that the model expects around a text (default: yes)"},
                  {.names = "--ordinary",
                   .target = &to->options.ordinary,
                   .help = "special tokens written in the text are ordinary characters"},
                  {.names = "--offsets",
                   .target = &to->options.offsets,
                   .help = "with the characters of the text that each id stands for"}},
      .run = [to, encode] { filter_input(to->tokenizer, encode); }};
}

Command decode_command() {
  const auto to = std::make_shared<Arguments<twofold::DecodeOptions>>();
  const auto decode = [to](const twofold::Tokenizer& tokenizer, const twofold::JsonlReader& line) {
    return twofold::decode_line(tokenizer, to->options, line.integers("ids"), line.where());
  };
  return {.name = "decode",
          .summary = R"({"ids": […]} to {"text": …}, line by line)",
          .options = {tokenizer_option(*to),
                      {.names = "--skip-special,!--keep-special",
                       .target = &to->options.skip_special,
                       .help = "special tokens leave no text (default: yes)"}},
          .run = [to, decode] { filter_input(to->tokenizer, decode); }};
}
