// GPT-2's and Qwen2's two files: tokens, merges, and tokenizer_config.json, with lines "---"
// between.
#include <nlohmann/json.hpp>

#include "formats/json.h"
#include "input.h"
#include "tokenizer/huggingface/tokenizer.h"
#include "tokenizer/load/complete.h"
#include "tokenizer/load/token_pairs.h"
#include "use_tokenizer.h"

namespace {

/// Takes what comes before the next mark.
std::string take(std::string& rest) {
  const size_t mark = std::min(rest.find("\n---\n"), rest.size());
  std::string part = rest.substr(0, mark);
  rest.erase(0, mark + 5);
  return part;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace twofold;
  std::string rest(reinterpret_cast<const char*>(data), size);
  const fuzz::MemoryFile tokens(take(rest)), merges(take(rest));
  return fuzz::accept_errors([&] {
    const nlohmann::json none;
    const auto settings = rest.empty() ? none : formats::parse_json(rest, "settings");
    TokenizerFile file{.kind = TokenizerFile::Kind::kJson, .path = "input", .pair = true};
    file.beside = files_beside({.tokenizer_config = settings,
                                .special_tokens_map = settings,
                                .added_tokens = none,
                                .config = settings});
    file.document = read_token_pair(tokens.path(), merges.path(), file.beside);
    complete(file);
    const hf::HuggingFaceTokenizer tokenizer(hf::read_tokenizer_json(file.document, "input"));
    fuzz::use(tokenizer);
  });
}
