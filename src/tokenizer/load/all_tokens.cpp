#include "tokenizer/load/all_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"

namespace twofold {

using hf::AddedToken;

std::vector<AddedToken> with_tokens_beside(std::vector<AddedToken> own, const FilesBeside& beside,
                                           const Vocabulary& vocabulary) {
  std::vector<AddedToken> tokens = std::move(own);
  std::map<std::string, size_t> places;
  int64_t next = vocabulary.size;
  for (size_t i = 0; i < tokens.size(); ++i) {
    places.emplace(tokens[i].content, i);
    next = std::max(next, int64_t{tokens[i].id} + 1);
  }
  const auto add = [&](AddedToken token) {
    const auto [place, is_new] = places.emplace(token.content, tokens.size());
    if (!is_new) {
      tokens[place->second].special |= token.special;
      return;
    }
    const std::optional<int64_t> known = vocabulary.find(token.content);
    const bool replaces =
        vocabulary.renamed && !known && token.id >= 0 && token.id < vocabulary.size;
    const int64_t id = replaces ? token.id : known.value_or(next);
    if (token.id >= 0 && token.id != id) {
      fail({.what = "added token has an id that transformers would not give it",
            .where = beside.list,
            .expected =
                fmt::format("{}, {}", id, known ? "its id in the vocabulary" : "the next free id"),
            .found = fmt::format("{} for `{}`", token.id, token.content),
            .hint = "is this file of another tokenizer?"});
    }
    token.id = static_cast<int32_t>(id);
    next = std::max(next, id + 1);
    tokens.push_back(std::move(token));
  };
  for (const AddedToken& token : beside.listed) add(token);
  for (const AddedToken& token : beside.named) add(token);
  return tokens;
}

std::optional<int32_t> end_beside(const FilesBeside& beside, const std::vector<AddedToken>& tokens,
                                  const Vocabulary& vocabulary) {
  int64_t size = vocabulary.size;
  for (const AddedToken& token : tokens) {
    if (token.content == beside.eos) return token.id;
    size = std::max(size, int64_t{token.id} + 1);
  }
  std::optional<int64_t> id = beside.eos.empty() ? std::nullopt : vocabulary.find(beside.eos);
  if (!id && beside.end_id && *beside.end_id < size) id = beside.end_id;
  if (!id) return std::nullopt;
  return static_cast<int32_t>(*id);
}

}  // namespace twofold
