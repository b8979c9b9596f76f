#include "tokenizer/tokenizer.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"
#include "tokenizer/load/added_tokens.h"
#include "tokenizer/backends.h"
#include "tokenizer/plain/plain.h"
#include "tokenizer/load/from_path.h"

namespace twofold {
namespace {

struct Backend {
  const char* name;
  std::unique_ptr<Tokenizer> (*make)(const TokenizerConfig&);
};

/// Nothing is downloaded.
std::unique_ptr<Tokenizer> make_huggingface_tokenizer(const TokenizerConfig& config) {
  return tokenizer_from_path(config.place());
}

constexpr std::array kBackends = {
    Backend{"tiktoken", make_tiktoken_tokenizer},
    Backend{"bytes", make_bytes_tokenizer},
    Backend{"trivial", make_trivial_tokenizer},
    Backend{"huggingface", make_huggingface_tokenizer},
    Backend{"hf", make_huggingface_tokenizer},
    Backend{"transformers", make_huggingface_tokenizer},
};

std::vector<std::string> backend_names() {
  std::vector<std::string> names;
  for (const Backend& backend : kBackends) names.emplace_back(backend.name);
  return names;
}

}  // namespace

std::string TokenizerConfig::place() const {
  const auto is_made_by = [&](auto make) {
    return std::any_of(kBackends.begin(), kBackends.end(),
                       [&](const Backend& one) { return backend == one.name && one.make == make; });
  };
  if (is_made_by(make_huggingface_tokenizer)) return file.empty() ? name : file;
  return is_made_by(make_tiktoken_tokenizer) ? file : "";
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

std::unique_ptr<Tokenizer> make_tokenizer(const TokenizerConfig& config) {
  auto it = std::find_if(kBackends.begin(), kBackends.end(),
                         [&](const Backend& backend) { return config.backend == backend.name; });
  if (it != kBackends.end()) return with_added_tokens(it->make(config), config.add_tokens);
  fail({.what = "unknown tokenizer backend",
        .where = "tokenizer/backend",
        .expected = join(backend_names(), ", "),
        .found = config.backend,
        .hint = did_you_mean(config.backend, backend_names())});
}

}  // namespace twofold
