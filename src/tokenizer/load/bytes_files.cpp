#include "tokenizer/load/bytes_files.h"

#include <nlohmann/json.hpp>

#include "tokenizer/bpe/byte_alphabet.h"
#include "tokenizer/plain/plain.h"

namespace twofold {

FileTexts bytes_tokenizer_files() {
  using nlohmann::json;
  constexpr const char* kEnd = "<|endoftext|>";
  json vocabulary;
  for (int byte = 0; byte < 256; ++byte) {
    vocabulary[ByteAlphabet::get().character(static_cast<uint8_t>(byte))] = byte;
  }
  const json end = {{"id", make_bytes_tokenizer()->eot_token()},
                    {"content", kEnd},
                    {"single_word", false},
                    {"lstrip", false},
                    {"rstrip", false},
                    {"normalized", false},
                    {"special", true}};
  const json bytes = {{"type", "ByteLevel"},
                      {"add_prefix_space", false},
                      {"trim_offsets", true},
                      {"use_regex", true}};
  const json tokenizer = {
      {"version", "1.0"},
      {"truncation", nullptr},
      {"padding", nullptr},
      {"added_tokens", json::array({end})},
      {"normalizer", nullptr},
      {"pre_tokenizer", bytes},
      {"post_processor", nullptr},
      {"decoder", bytes},
      {"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", json::array()}}}};
  const json settings = {{"tokenizer_class", "PreTrainedTokenizerFast"},
                         {"eos_token", kEnd},
                         {"clean_up_tokenization_spaces", false}};
  return {{"tokenizer.json", tokenizer.dump(2) + "\n"},
          {"tokenizer_config.json", settings.dump(2) + "\n"}};
}

}  // namespace twofold
