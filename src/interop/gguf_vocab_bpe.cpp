// Vocabularies of byte-level BPE that come as ranks.
#include <array>
#include <map>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "interop/gguf_vocab.h"
#include "tokenizer/byte_alphabet.h"
#include "tokenizer/rank_file.h"
#include "tokenizer/tiktoken.h"

namespace twofold {
namespace {

std::string printable_bytes(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += ByteAlphabet::get().character(static_cast<uint8_t>(byte));
  return text;
}

/// llama.cpp's name for an encoding's splitter. That of cl100k_base is DBRX's there; it differs in
/// white space at the very end of a text only.
std::string splitter_of(const std::string& encoding) {
  static const std::map<std::string, std::string> kNames = {
      {"gpt2", "gpt-2"},      {"r50k_base", "gpt-2"},  {"p50k_base", "gpt-2"},
      {"p50k_edit", "gpt-2"}, {"cl100k_base", "dbrx"}, {"o200k_base", "gpt-4o"},
      {"llama3", "llama-bpe"}};
  const auto found = kNames.find(encoding);
  if (found != kNames.end()) return found->second;
  fail({.what = "llama.cpp has no splitter for this encoding",
        .where = "tokenizer/name",
        .found = encoding});
}

/// The two parts whose join made token `rank`: what is left of its bytes when every better merge
/// has been made. None for a token that merging cannot reach.
std::optional<std::string> merge_of(const RankTable& ranks, uint32_t rank) {
  const std::string_view bytes = *ranks.bytes_of(rank);
  std::vector<std::string_view> parts;
  for (size_t i = 0; i < bytes.size(); ++i) parts.push_back(bytes.substr(i, 1));
  while (parts.size() > 2) {
    uint32_t best = rank;
    size_t at = 0;
    for (size_t i = 0; i + 1 < parts.size(); ++i) {
      const std::string_view joined(parts[i].data(), parts[i].size() + parts[i + 1].size());
      const uint32_t found = ranks.find(joined);
      if (found < best) best = found, at = i;
    }
    if (best == rank) return std::nullopt;
    parts[at] = {parts[at].data(), parts[at].size() + parts[at + 1].size()};
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
  if (parts.size() != 2) return std::nullopt;
  return printable_bytes(parts[0]) + " " + printable_bytes(parts[1]);
}

}  // namespace

bool GgufVocab::put(int64_t id, std::string text, GgufTokenType type) {
  if (id < 0 || id >= RankTable::kMaxRanks) return false;
  const auto place = static_cast<size_t>(id);
  if (place >= tokens.size()) {
    tokens.resize(place + 1);
    types.resize(place + 1, GgufTokenType::kUnused);
  }
  if (!tokens[place].empty()) return false;
  tokens[place] = std::move(text);
  types[place] = type;
  return true;
}

GgufVocab gguf_vocab_of_bytes() {
  GgufVocab vocab;
  vocab.model = "gpt2";
  vocab.pre = "gpt-2";
  for (int byte = 0; byte < 256; ++byte) {
    const char text = static_cast<char>(byte);
    vocab.put(byte, printable_bytes({&text, 1}), GgufTokenType::kNormal);
  }
  vocab.put(256, "<|endoftext|>", GgufTokenType::kControl);
  vocab.bos = vocab.eos = 256;
  // llama.cpp refuses a list without merges; this one's result is no token, so it changes nothing.
  vocab.merges = {printable_bytes(std::string_view("\0", 1)) + " " +
                  printable_bytes(std::string_view("\0", 1))};
  return vocab;
}

GgufVocab gguf_vocab_of_ranks(const TokenizerConfig& config) {
  const Encoding encoding = find_encoding(config.name);
  GgufVocab vocab;
  vocab.model = "gpt2";
  vocab.pre = splitter_of(encoding.name);
  const RankTable ranks = read_ranks(find_rank_file(config, encoding));
  size_t unreachable = 0;
  for (uint32_t rank = 0; rank < ranks.end(); ++rank) {
    const auto bytes = ranks.bytes_of(rank);
    if (!bytes) continue;
    vocab.put(rank, printable_bytes(*bytes), GgufTokenType::kNormal);
    if (bytes->size() < 2) continue;
    if (auto merge = merge_of(ranks, rank)) {
      vocab.merges.push_back(std::move(*merge));
    } else {
      ++unreachable;
    }
  }
  for (const auto& [text, id] : encoding.specials) {
    vocab.put(id, text, GgufTokenType::kControl);
    if (text == encoding.eot) vocab.bos = vocab.eos = id;
  }
  if (unreachable > 0) {
    vocab.notes.push_back(std::to_string(unreachable) +
                          " tokens have no merge that makes them; llama.cpp may split them");
  }
  return vocab;
}

}  // namespace twofold
