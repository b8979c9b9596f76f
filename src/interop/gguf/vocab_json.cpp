// Vocabularies from tokenizer.json.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "interop/gguf/vocab.h"
#include "tokenizer/huggingface/added_tokens.h"
#include "tokenizer/huggingface/bpe_file.h"
#include "tokenizer/huggingface/post_processor.h"

namespace twofold {
namespace {

using formats::JsonReader;
using hf::AddedToken;
using hf::BPEFile;

[[noreturn]] void refuse(const JsonReader& node, std::string expected, std::string found) {
  node.refuse("llama.cpp cannot do what this tokenizer does", std::move(expected),
              std::move(found));
}

std::string_view text_of(const BPEFile& file, int32_t id) {
  return *file.vocabulary.bytes_of(static_cast<uint32_t>(id));
}

void add_tokens(const JsonReader& model, const BPEFile& file, GgufVocab& vocab) {
  for (uint32_t id = 0; id < file.vocabulary.end(); ++id) {
    const auto text = file.vocabulary.bytes_of(id);
    if (text && text->empty()) refuse(model.at("vocab"), "tokens with a text", "\"\"");
    if (text) vocab.put(id, std::string(*text), GgufTokenType::kNormal);
  }
  if (file.unknown < 0) return;
  vocab.unknown = file.unknown;
  vocab.types[static_cast<size_t>(file.unknown)] = GgufTokenType::kUnknown;
}

/// Tokens that are cut out of the text before all else.
void add_added(const std::vector<AddedToken>& added, GgufVocab& vocab) {
  bool changed = false, strips = false;
  for (const AddedToken& token : added) {
    const auto type = token.special ? GgufTokenType::kControl : GgufTokenType::kUserDefined;
    vocab.put(token.id, token.content, type);
    GgufTokenType& stored = vocab.types[static_cast<size_t>(token.id)];
    if (stored != GgufTokenType::kUnknown) stored = type;
    changed |= token.pattern != token.content;
    strips |= token.lstrip || token.rstrip || token.single_word;
  }
  if (changed) {
    vocab.note(
        "llama.cpp finds a special token wherever its text stands; this tokenizer only "
        "where it stands after a space or begins the text");
  }
  if (strips) {
    vocab.note(
        "llama.cpp does not look at what stands beside an added token (lstrip, rstrip, "
        "single_word)");
  }
}

void add_merges(const BPEFile& file, GgufVocab& vocab) {
  for (const SymbolMerge& merge : file.merges) {
    vocab.merges.push_back(
        fmt::format("{} {}", text_of(file, merge.left), text_of(file, merge.right)));
  }
}

/// SentencePiece joins the pair whose result has the best score.
void add_scores(const BPEFile& file, GgufVocab& vocab) {
  vocab.scores.assign(vocab.tokens.size(), kNeverMade);
  float rank = 0;
  for (const SymbolMerge& merge : file.merges) {
    float& score = vocab.scores[static_cast<size_t>(merge.joined)];
    score = std::max(score, rank--);
  }
}

/// Two tokens whose texts together are a token, but which the file does not merge: SentencePiece
/// would. Conversions of SentencePiece models list all of them.
size_t unlisted_merges(const BPEFile& file) {
  size_t count = 0;
  for (uint32_t id = 0; id < file.vocabulary.end(); ++id) {
    const auto text = file.vocabulary.bytes_of(id);
    for (size_t at = 1; text && at < text->size(); ++at) {
      const uint32_t left = file.vocabulary.find(text->substr(0, at));
      const uint32_t right = file.vocabulary.find(text->substr(at));
      if (left == RankTable::kNone || right == RankTable::kNone) continue;
      const auto merge = file.table.find(static_cast<int32_t>(left), static_cast<int32_t>(right));
      if (merge.rank == MergeTable::kNone) ++count;
    }
  }
  return count;
}

void add_bytes(const BPEFile& file, GgufVocab& vocab) {
  bool all = true;
  for (const int32_t id : file.byte_tokens) {
    all &= id >= 0;
    if (id >= 0) vocab.types[static_cast<size_t>(id)] = GgufTokenType::kByte;
  }
  if (!all) {
    vocab.note("not every byte has a token: llama.cpp stops at a character that is no token");
  }
}

void add_special_tokens(const JsonReader& file, GgufVocab& vocab) {
  const auto processor = file.find("post_processor");
  if (!processor) return;
  const auto around = hf::read_post_processor(*processor, std::ssize(vocab.tokens));
  if (around.before.size() > 1 || around.after.size() > 1) {
    refuse(*processor, "one token before and one after a text", processor->value().dump());
  }
  vocab.add_bos = !around.before.empty();
  vocab.add_eos = !around.after.empty();
  if (vocab.add_bos) vocab.bos = around.before.front();
  if (vocab.add_eos) vocab.eos = around.after.front();
}

/// Tokens that encoding takes whole, by ignore_merges, and no merge makes.
size_t unreachable(const BPEFile& file, const GgufVocab& vocab) {
  std::vector<bool> made(vocab.tokens.size());
  for (const SymbolMerge& merge : file.merges) made[static_cast<size_t>(merge.joined)] = true;
  size_t count = 0;
  for (uint32_t id = 0; id < file.vocabulary.end(); ++id) {
    const auto text = file.vocabulary.bytes_of(id);
    const bool single = text && std::count_if(text->begin(), text->end(), [](char byte) {
                                  return (static_cast<uint8_t>(byte) & 0xC0) != 0x80;
                                }) == 1;
    if (text && !single && !made[id]) ++count;
  }
  return count;
}

std::optional<int64_t> usual_end_of(const GgufVocab& vocab) {
  const auto find = [&](const std::string& text) {
    return std::find(vocab.tokens.begin(), vocab.tokens.end(), text);
  };
  const std::string end =
      usual_end([&](const std::string& text) { return find(text) != vocab.tokens.end(); });
  if (end.empty()) return std::nullopt;
  return find(end) - vocab.tokens.begin();
}

}  // namespace

GgufVocab gguf_vocab_of_json(const TokenizerFile& source) {
  const std::string name = source.path.string();
  const JsonReader file = hf::read_tokenizer_json(source.document, name), model = file.at("model");
  if (model.at("type").text() != "BPE") refuse(model.at("type"), "BPE", model.at("type").text());
  const BPEFile bpe = hf::read_bpe(model);
  GgufVocab vocab;
  vocab.steps = gguf_text_steps(file);
  const bool bytes = vocab.steps.model == "gpt2";
  if (!bytes && !bpe.byte_fallback) refuse(model, "byte_fallback: true", "false");
  add_tokens(model, bpe, vocab);
  std::unique_ptr<hf::Normalizer> normalizer;
  if (const auto node = file.find("normalizer")) normalizer = hf::make_normalizer(*node);
  add_added(hf::read_added_tokens(file, bpe.vocabulary, normalizer.get()), vocab);
  if (bytes) {
    add_merges(bpe, vocab);
    if (vocab.merges.empty()) vocab.merges = gguf_vocab_of_bytes().merges;
    const bool differs = bpe.ignore_merges && !vocab.steps.ignores_merges;
    if (const size_t count = differs ? unreachable(bpe, vocab) : 0) {
      vocab.note(
          fmt::format("{} tokens have no merge that makes them; llama.cpp splits them", count));
    }
  } else {
    add_bytes(bpe, vocab);
    add_scores(bpe, vocab);
    if (const size_t count = unlisted_merges(bpe)) {
      vocab.note(
          fmt::format("{} pairs of tokens make a token and are not merged by this tokenizer; "
                      "llama.cpp merges them where they meet",
                      count));
    }
  }
  add_special_tokens(file, vocab);
  add_beside(source, vocab);
  if (!vocab.eos) vocab.eos = usual_end_of(vocab);
  return vocab;
}

}  // namespace twofold
