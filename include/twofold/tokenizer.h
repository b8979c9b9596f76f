#pragma once
// Text to ids and back with any tokenizer that twofold reads.
//
//   const auto tokenizer = twofold::tokenizer_from_path("path/to/Qwen3-0.6B");
//   std::vector<int32_t> ids = tokenizer->encode("Hello");

#include <filesystem>
#include <functional>
#include <memory>

#include "twofold/tokenizer_interface.h"

namespace twofold {

/// Loads the tokenizer of a folder or file. In a folder it looks for tokenizer.json,
/// tokenizer.model, vocab.json with merges.txt, encoder.json with vocab.bpe, and tokenizer.bin, in
/// that order. A file must be one of those, or a rank file of a known encoding. What
/// tokenizer_config.json, special_tokens_map.json, added_tokens.json and config.json beside it say
/// counts. Throws an Error for anything else.
std::unique_ptr<Tokenizer> tokenizer_from_path(const std::filesystem::path& path);

struct EncodeOptions {
  bool add_special = true;  ///< with the tokens that the model expects around a text
  bool ordinary = false;    ///< special tokens written in the text are ordinary characters
  bool offsets = false;     ///< with the characters of the text that each id stands for
  /// Told of a text that begins_twice.
  std::function<void(const std::string& warning)> warn = {};
};
/// Whether ids begin with the token that begins a text, twice: the text spells it, and it was put
/// in front as well.
bool begins_twice(const Tokenizer& tokenizer, std::span<const int32_t> ids);
/// The JSON line {"ids":[…]} of a text, without a line break at the end; with offsets
/// {"ids":[…],"offsets":[[0,5],…]}, where a token around the text has [0,0].
std::string encode_line(const Tokenizer& tokenizer, const EncodeOptions& options,
                        std::string_view text);

struct DecodeOptions {
  bool skip_special = true;  ///< special tokens leave no text
};
/// The JSON line {"text":"…"} of ids. Text that is not UTF-8 is repaired. Throws an Error naming
/// `where` for an id that the tokenizer does not have.
std::string decode_line(const Tokenizer& tokenizer, const DecodeOptions& options,
                        std::span<const int64_t> ids, const std::string& where);

}  // namespace twofold
