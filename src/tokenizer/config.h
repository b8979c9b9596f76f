#pragma once
// The `tokenizer/*` settings.

#include <memory>
#include <string>
#include <vector>

#include "config/fields.h"

namespace twofold {

inline constexpr const char* kAddTokens = "tokenizer/add_tokens";

/// What turns text into token ids.
enum class TokenizerBackend { kTiktoken, kBytes, kTrivial, kHuggingFace };

struct TokenizerConfig {
  std::string backend = "tiktoken";
  std::string name = "cl100k_base";
  std::string file = {};  ///< rank file (tiktoken) or folder (huggingface) on this machine
  std::vector<std::string> add_tokens = {};
  bool add_special = false;  ///< put the model's special tokens around documents and prompts

  /// The backend that `backend` names. Throws an Error that lists the known names for any other.
  TokenizerBackend kind() const;
  /// The file or folder that the backend reads: `file`, or, for the huggingface backend without
  /// `file`, `name`. Empty if the backend reads no file, or finds it by the encoding's name.
  std::string place() const;
  void declare(config::Fields& fields);
};

}  // namespace twofold
