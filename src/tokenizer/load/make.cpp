#include "tokenizer/load/make.h"

#include "base/error.h"
#include "tokenizer/load/added_tokens.h"
#include "tokenizer/load/from_path.h"
#include "tokenizer/plain/plain.h"
#include "tokenizer/tiktoken/tiktoken.h"

namespace twofold {
namespace {

std::unique_ptr<Tokenizer> make_backend(const TokenizerConfig& config) {
  switch (config.kind()) {
    case TokenizerBackend::kTiktoken:
      return make_tiktoken_tokenizer(config.name, config.file);
    case TokenizerBackend::kBytes:
      return make_bytes_tokenizer();
    case TokenizerBackend::kTrivial:
      return make_trivial_tokenizer();
    case TokenizerBackend::kHuggingFace:
      return tokenizer_from_path(config.place());
  }
  throw Bug("switch", __FILE__, __LINE__, "a tokenizer backend that nobody makes");
}

}  // namespace

std::unique_ptr<Tokenizer> make_tokenizer(const TokenizerConfig& config) {
  return with_added_tokens(make_backend(config), config.add_tokens);
}

}  // namespace twofold
