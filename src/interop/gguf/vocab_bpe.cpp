// Vocabularies of byte-level BPE that come as ranks.
#include <string_view>

#include "interop/gguf/vocab.h"
#include "tokenizer/bpe/byte_alphabet.h"

namespace twofold {
namespace {

std::string printable_bytes(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += ByteAlphabet::get().character(static_cast<uint8_t>(byte));
  return text;
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

void GgufVocab::note(std::string_view text) { steps.notes.emplace_back(text); }

GgufVocab gguf_vocab_of_bytes() {
  GgufVocab vocab;
  vocab.steps = {.model = "gpt2", .pre = "gpt-2"};
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

GgufVocab gguf_vocab_of_ranks(const Encoding& encoding, const RankTable& ranks) {
  GgufVocab vocab;
  vocab.steps = gguf_text_steps(encoding);
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
  if (unreachable > 0 && !vocab.steps.ignores_merges) {
    vocab.note(std::to_string(unreachable) +
               " tokens have no merge that makes them; llama.cpp splits them");
  }
  return vocab;
}

}  // namespace twofold
