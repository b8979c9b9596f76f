#pragma once
// The `tokenizer/*` settings.

#include <memory>
#include <string>
#include <vector>

#include "config/fields.h"

namespace twofold {

inline constexpr const char* kAddTokens = "tokenizer/add_tokens";

/// What makes token ids of text.
enum class TokenizerBackend { kTiktoken, kBytes, kTrivial, kHuggingFace };

struct TokenizerConfig {
  std::string backend = "tiktoken";
  std::string name = "cl100k_base";
  std::string file = {};  ///< rank file (tiktoken) or folder (huggingface) on this machine
  std::vector<std::string> add_tokens = {};
  bool add_special = false;  ///< documents and prompts of a run: between what a model expects

  /// The backend that is called `backend`; an Error that lists them if there is none.
  TokenizerBackend kind() const;
  /// The file or folder that the backend reads: `file`, or `name` to the huggingface backend; empty
  /// if it reads none, or finds it by the encoding's name.
  std::string place() const;
  void declare(config::Fields& fields);
};

}  // namespace twofold
