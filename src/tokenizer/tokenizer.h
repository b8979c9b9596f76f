#pragma once
// Text to token ids and back. One interface (<twofold/tokenizer_interface.h>); which implementation
// stands behind it is `tokenizer/*`.

#include <memory>
#include <string>
#include <vector>

#include "config/fields.h"
#include "twofold/tokenizer_interface.h"

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

/// Builds the tokenizer that `config` names: `bytes` (256 bytes, EOT = 256), `trivial` (integers
/// separated by spaces, EOT = 0), `tiktoken`, `huggingface` (any that tokenizer_from_path reads);
/// with its `add_tokens` as by with_added_tokens. Throws an Error for an unknown or unreadable one.
std::unique_ptr<Tokenizer> make_tokenizer(const TokenizerConfig& config);

}  // namespace twofold
