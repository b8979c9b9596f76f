#include "tokenizer/huggingface/added_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"

namespace twofold::hf {
namespace {

/// What Rust's `regex` calls a word character: alphabetic (circled and squared letters too), marks,
/// digits, connectors, joiners.
constexpr const char* kWord =
    R"([\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{200c}\x{200d}\x{24b6}-\x{24e9}\x{1f130}-\x{1f149})"
    R"(\x{1f150}-\x{1f169}\x{1f170}-\x{1f189}])";

/// The character that begins at byte `at`, and the one that ends before it; empty at the ends.
std::string_view character_at(std::string_view text, size_t at) {
  size_t end = at + 1;
  while (end < text.size() && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) ++end;
  return text.substr(at, end - at);
}
std::string_view character_before(std::string_view text, size_t at) {
  if (at == 0) return {};
  size_t begin = at - 1;
  while (begin > 0 && (static_cast<uint8_t>(text[begin]) & 0xC0) == 0x80) --begin;
  return text.substr(begin, at - begin);
}

}  // namespace

TokenFinder::TokenFinder(std::vector<const AddedToken*> tokens)
    : any_(!tokens.empty()), word_(kWord), space_(R"(\s)") {
  std::stable_sort(tokens.begin(), tokens.end(), [](const AddedToken* a, const AddedToken* b) {
    return a->pattern.size() > b->pattern.size();
  });
  for (const AddedToken* token : tokens) {
    by_first_byte_[static_cast<uint8_t>(token->pattern[0])].push_back(token);
  }
}

const AddedToken* TokenFinder::match(std::string_view text, size_t at) const {
  for (const AddedToken* token : by_first_byte_[static_cast<uint8_t>(text[at])]) {
    if (text.compare(at, token->pattern.size(), token->pattern) == 0) return token;
  }
  return nullptr;
}

bool TokenFinder::is_single_word(std::string_view text, size_t begin, size_t end) const {
  RegexScan word(word_);
  return !word.is_in(character_before(text, begin)) && !word.is_in(character_at(text, end));
}

void TokenFinder::widen(const AddedToken& token, std::string_view text, size_t from, size_t& begin,
                        size_t& end) const {
  if (!token.lstrip && !token.rstrip) return;
  RegexScan space(space_);
  std::string_view next;
  while (token.lstrip && begin > from && space.is_in(next = character_before(text, begin))) {
    begin -= next.size();
  }
  begin = std::max(begin, from);
  while (token.rstrip && space.is_in(next = character_at(text, end))) end += next.size();
}

void TokenFinder::cut(std::string_view text, const Ordinary& ordinary,
                      std::vector<Cut>& cuts) const {
  size_t done = 0;
  for (size_t at = 0; any_ && at < text.size(); ++at) {
    const AddedToken* token = match(text, at);
    if (!token) continue;
    size_t begin = at;
    size_t end = at + token->pattern.size();
    at = end - 1;
    if (token->special && ordinary({begin, end})) continue;
    if (token->single_word && !is_single_word(text, begin, end)) continue;
    widen(*token, text, done, begin, end);
    if (done < begin) cuts.push_back({-1, done, begin});
    cuts.push_back({token->id, begin, end});
    done = end;
  }
  if (done < text.size()) cuts.push_back({-1, done, text.size()});
}

AddedToken read_added_token(const JsonReader& node) {
  AddedToken token;
  token.content = token.pattern = node.at("content").text();
  token.special = node.flag("special", false);
  token.normalized = node.flag("normalized", !token.special);
  token.single_word = node.flag("single_word", false);
  token.lstrip = node.flag("lstrip", false);
  token.rstrip = node.flag("rstrip", false);
  if (token.content.empty()) node.refuse("added token is empty", "a text", "\"\"");
  return token;
}

std::vector<AddedToken> read_added_tokens(const JsonReader& file, const RankTable& vocabulary,
                                          const Normalizer* normalizer) {
  std::vector<AddedToken> tokens;
  const auto list = file.find("added_tokens");
  if (!list) return tokens;
  std::set<std::string> contents;
  std::set<std::pair<bool, std::string>> patterns;
  auto next = static_cast<int32_t>(vocabulary.size());
  for (const JsonReader& node : list->items()) {
    AddedToken token = read_added_token(node);
    token.id = static_cast<int32_t>(node.at("id").integer(0, RankTable::kMaxRanks - 1));
    if (token.normalized && normalizer) normalizer->apply(token.pattern);
    if (token.pattern.empty()) node.refuse("added token is empty", "a text", "\"\"");
    const uint32_t own = vocabulary.find(token.content);
    const int32_t expected = own == RankTable::kNone ? next : static_cast<int32_t>(own);
    if (!contents.insert(token.content).second ||
        !patterns.emplace(token.normalized, token.pattern).second) {
      node.refuse("added token is given twice", "each once", token.content);
    }
    if (token.id != expected) {
      node.at("id").refuse(
          "added token has an id that `tokenizers` would not give it",
          fmt::format("{}, {}", expected,
                      own == RankTable::kNone ? "the next free id" : "its id in model/vocab"),
          fmt::format("{}", token.id));
    }
    next = std::max(next, token.id + 1);
    tokens.push_back(std::move(token));
  }
  return tokens;
}

}  // namespace twofold::hf
