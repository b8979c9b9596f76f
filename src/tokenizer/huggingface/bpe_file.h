#pragma once
// The "model" of tokenizer.json when its type is BPE, checked.

#include <array>
#include <vector>

#include "tokenizer/bpe/merge_table.h"
#include "tokenizer/bpe/rank_table.h"
#include "tokenizer/bpe/split_points.h"
#include "tokenizer/huggingface/json.h"

namespace twofold::hf {

struct BPEFile {
  RankTable vocabulary;
  MergeTable table;
  std::vector<SymbolMerge> merges;
  int32_t unknown = -1;                       ///< -1: unknown characters are dropped
  std::array<int32_t, 256> byte_tokens = {};  ///< "<0x00>"…; -1: there is none
  bool fuse_unknown = false, byte_fallback = false, ignore_merges = false;
};

/// Throws an Error that names the key and the token for: dropout, a prefix or suffix of words, ids
/// that are out of range or given twice, merges of tokens or to tokens that the vocabulary lacks.
BPEFile read_bpe(const JsonReader& node);

/// The ids of "<0x00>" to "<0xFF>", -1 for those that are not there.
std::array<int32_t, 256> find_byte_tokens(const RankTable& vocabulary);

/// Throws an Error for an id that is far above the number of tokens: tables are as long as the
/// highest id.
void check_vocabulary_id(const JsonReader& vocabulary, const std::string& token, uint64_t id);

}  // namespace twofold::hf
