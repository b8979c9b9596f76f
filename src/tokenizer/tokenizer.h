#pragma once
// Text to token ids and back. One interface; which implementation stands behind it is
// `tokenizer/*`.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.h"

namespace twofold {

/// The `tokenizer/*` settings.
struct TokenizerConfig {
  std::string backend = "tiktoken";
  std::string name = "cl100k_base";
  std::string file = {};  ///< rank file (tiktoken) or folder (huggingface) on this machine
  std::vector<std::string> add_tokens = {};
  bool add_special = false;  ///< documents and prompts of a run: between what a model expects

  /// The file or folder that the backend reads: `file`, or `name` to the huggingface backend; empty
  /// if it reads none, or finds it by the encoding's name.
  std::string place() const;
  void declare(config::Fields& fields);
};

/// Thread-safe once built: all calls are const.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  /// Ids of `text`; special tokens written in the text become their ids.
  virtual std::vector<int32_t> encode(std::string_view text) const = 0;
  /// Ids of `text`; special tokens written in the text are ordinary characters.
  virtual std::vector<int32_t> encode_ordinary(std::string_view text) const = 0;
  /// Bytes of the ids (may be invalid UTF-8 in the middle of a character).
  virtual std::string decode(std::span<const int32_t> ids) const = 0;
  /// `ids` of a text between the tokens that a model expects around it (<s> and the like).
  virtual std::vector<int32_t> with_special(std::vector<int32_t> ids) const { return ids; }
  /// Marks that are not text.
  virtual bool is_special(int32_t id) const { return id == eot_token(); }
  virtual int32_t eot_token() const = 0;   ///< ends a document
  virtual int64_t vocab_size() const = 0;  ///< every id is below this
};

/// Builds the tokenizer that `config` names: `bytes` (256 bytes, EOT = 256), `trivial` (integers
/// separated by spaces, EOT = 0), `tiktoken`, `huggingface` (any that tokenizer_from_path reads);
/// with its `add_tokens` as by with_added_tokens. Throws an Error for an unknown or unreadable one.
std::unique_ptr<Tokenizer> make_tokenizer(const TokenizerConfig& config);

}  // namespace twofold
