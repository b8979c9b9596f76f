// What the files beside a tokenizer's file add to its vocabulary.
#include <algorithm>

#include "interop/gguf/vocab.h"

namespace twofold {
namespace {

void add_tokens(const std::vector<hf::AddedToken>& tokens, GgufVocab& vocab) {
  for (const hf::AddedToken& token : tokens) {
    const auto type = token.special ? GgufTokenType::kControl : GgufTokenType::kUserDefined;
    if (vocab.put(token.id, token.content, type)) continue;
    vocab.tokens[static_cast<size_t>(token.id)] = token.content;  // of a placeholder
    GgufTokenType& stored = vocab.types[static_cast<size_t>(token.id)];
    if (stored != GgufTokenType::kUnknown) stored = type;
  }
  if (!vocab.scores.empty()) vocab.scores.resize(vocab.tokens.size(), kNeverMade);
}

void set_around(const hf::SpecialTokenTemplate& around, GgufVocab& vocab) {
  vocab.add_bos = !around.before.empty();
  vocab.add_eos = !around.after.empty();
  if (vocab.add_bos) vocab.bos = around.before.front();
  if (vocab.add_eos) vocab.eos = around.after.front();
}

/// The ways of transformers' Metaspace, in which SentencePiece models are read there.
GgufTextSteps steps_of(SpacePrefix prefix) {
  if (prefix == SpacePrefix::kNone) return gguf_metaspace_steps("never");
  return gguf_metaspace_steps(prefix == SpacePrefix::kFirst ? "first" : "always");
}

}  // namespace

void add_beside(const TokenizerFile& file, GgufVocab& vocab) {
  const TokenizerExtension& extension = file.extension;
  add_tokens(extension.tokens, vocab);
  if (extension.around) set_around(*extension.around, vocab);
  if (extension.prefix) vocab.steps = steps_of(*extension.prefix);
  const auto find = [&](const std::string& text) -> std::optional<int64_t> {
    const auto found = std::find(vocab.tokens.begin(), vocab.tokens.end(), text);
    if (text.empty() || found == vocab.tokens.end()) return std::nullopt;
    return found - vocab.tokens.begin();
  };
  vocab.padding = find(file.beside.pad);
  if (const auto begin = find(file.beside.bos); begin && !vocab.add_bos) {
    vocab.bos = begin;
    vocab.bos_named = true;
  }
  if (!extension.end) return;
  vocab.eos_named = !file.beside.eos.empty();
  if (!vocab.add_eos) vocab.eos = extension.end;
  // As llama.cpp's converter: what is put behind a text is its end, what ends a turn comes second.
  if (vocab.eos != extension.end) vocab.eot = extension.end;
}

}  // namespace twofold
