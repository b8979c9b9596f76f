#include "tokenizer/config.h"

#include <array>

#include "base/error.h"
#include "base/text.h"

namespace twofold {
namespace {

struct Backend {
  const char* name;
  TokenizerBackend kind;
};

constexpr std::array kBackends = {
    Backend{"tiktoken", TokenizerBackend::kTiktoken},
    Backend{"bytes", TokenizerBackend::kBytes},
    Backend{"trivial", TokenizerBackend::kTrivial},
    Backend{"huggingface", TokenizerBackend::kHuggingFace},
    Backend{"hf", TokenizerBackend::kHuggingFace},
    Backend{"transformers", TokenizerBackend::kHuggingFace},
};

std::vector<std::string> backend_names() {
  std::vector<std::string> names;
  for (const Backend& backend : kBackends) names.emplace_back(backend.name);
  return names;
}

}  // namespace

TokenizerBackend TokenizerConfig::kind() const {
  for (const Backend& known : kBackends) {
    if (backend == known.name) return known.kind;
  }
  fail({.what = "unknown tokenizer backend",
        .where = "tokenizer/backend",
        .expected = join(backend_names(), ", "),
        .found = backend,
        .hint = did_you_mean(backend, backend_names())});
}

std::string TokenizerConfig::place() const {
  switch (kind()) {
    case TokenizerBackend::kTiktoken:
      return file;
    case TokenizerBackend::kHuggingFace:
      return file.empty() ? name : file;
    default:
      return "";
  }
}

void TokenizerConfig::declare(config::Fields& fields) {
  fields.add(
      "tokenizer/backend", backend,
      "How text becomes token ids: tiktoken (rank files), bytes (a token a byte), trivial "
      "(numbers separated by spaces), huggingface (also hf or transformers: a model's folder, "
      "or a file of any kind that `twofold encode` takes).",
      {.choices = backend_names()});
  fields.add("tokenizer/name", name,
             "Encoding of the tiktoken backend: cl100k_base, o200k_base, gpt2, r50k_base, "
             "p50k_base, p50k_edit or llama3. Of the huggingface backend: the folder, where "
             "tokenizer/file is empty.");
  fields.add("tokenizer/file", file,
             "Rank file of the tiktoken backend (empty: <name>.tiktoken in $TIKTOKEN_CACHE_DIR or "
             "the current folder); folder or file of the huggingface backend.");
  fields.add(kAddTokens, add_tokens,
             "Texts that become tokens of their own, ids from the tokenizer's size on. In training "
             "the embedding and the head get a row for each, and phase 2 trains these rows beside "
             "the adapters.");
  fields.add(
      "tokenizer/add_special", add_special,
      "Put what a model expects around a text (<s> and the like) around every document, and "
      "around the prompts that a run is asked to continue, as Hugging Face's tokenizers do.");
}

}  // namespace twofold
