// The tokens that begin and end a text: the tokenizer's and the model's.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "interop/gguf/vocab.h"
#include "twofold/model/config.h"

namespace twofold {
namespace {

/// Every id that ends a text, by the settings and by what is said of generation.
std::vector<int64_t> all_ends(const ModelConfig& model, const std::vector<int64_t>& more) {
  std::vector<int64_t> ends = model.eos_token_id;
  ends.insert(ends.end(), more.begin(), more.end());
  std::erase_if(ends, [&](int64_t id) { return id < 0 || id >= model.vocab_size; });
  return ends;
}

/// llama.cpp has a place for what ends a turn and one for what ends a message (and a tool is
/// called).
void choose_further_ends(GgufVocab& vocab, const std::vector<int64_t>& ends) {
  const auto text_of = [&](int64_t id) { return vocab.tokens[static_cast<size_t>(id)]; };
  const auto is_new = [&](int64_t id) {
    return id != vocab.eos && id != vocab.eot && id != vocab.eom;
  };
  for (const int64_t id : ends) {
    if (is_new(id) && text_of(id) == "<|eom_id|>") vocab.eom = id;
  }
  std::set<std::string> left;
  for (const int64_t id : ends) {
    if (!is_new(id)) continue;
    if (vocab.eot && vocab.eom) {
      left.insert(text_of(id));
    } else {
      (vocab.eot ? vocab.eom : vocab.eot) = id;
    }
  }
  if (left.empty()) return;
  vocab.note(fmt::format("llama.cpp has places for three tokens that end a text; not told of: {}",
                         fmt::join(left, ", ")));
}

}  // namespace

void choose_ends(GgufVocab& vocab, const ModelConfig& model, const std::vector<int64_t>& more) {
  const auto is_row = [&](int64_t id) { return id >= 0 && id < model.vocab_size; };
  const std::vector<int64_t>& ends = model.eos_token_id;
  if (!vocab.add_eos && !vocab.eos_named && !ends.empty() && is_row(ends.front())) {
    vocab.eos = ends.front();
  }
  if (!vocab.add_bos && !vocab.bos_named && is_row(model.bos_token_id)) {
    vocab.bos = model.bos_token_id;
  }
  if (!vocab.padding && is_row(model.pad_token_id)) vocab.padding = model.pad_token_id;
  if (!vocab.eos && vocab.bos) vocab.eos = vocab.bos;
  if (!vocab.eos) {
    vocab.eos = 0;
    vocab.note(fmt::format("the tokenizer has no token that ends a text: llama.cpp stops at {}",
                           vocab.tokens.front()));
  }
  if (!vocab.bos) vocab.bos = vocab.eos;
  choose_further_ends(vocab, all_ends(model, more));
}

}  // namespace twofold
