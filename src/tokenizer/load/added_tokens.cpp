#include "tokenizer/load/added_tokens.h"

#include <fmt/format.h>

#include <limits>
#include <map>
#include <optional>

#include "base/error.h"
#include "tokenizer/config.h"
#include "tokenizer/huggingface/tokenizer.h"
#include "tokenizer/load/extended.h"

namespace twofold {
namespace {

std::vector<hf::AddedToken> make_tokens(const std::vector<std::string>& texts, int64_t first_id) {
  std::vector<hf::AddedToken> tokens;
  for (const std::string& text : texts) {
    hf::AddedToken token;
    token.id = static_cast<int32_t>(first_id + std::ssize(tokens));
    token.content = token.pattern = text;
    tokens.push_back(std::move(token));
  }
  return tokens;
}

/// The id of `text` if it is one token as it is.
std::optional<int32_t> id_of(const Tokenizer& tokenizer, const std::string& text) {
  if (const auto* json = dynamic_cast<const hf::HuggingFaceTokenizer*>(&tokenizer)) {
    if (const auto id = json->find(text)) return id;
  }
  if (const auto* extended = dynamic_cast<const ExtendedTokenizer*>(&tokenizer)) {
    if (const auto id = extended->find(text)) return id;
  }
  const std::vector<int32_t> ids = tokenizer.encode(text);
  if (ids.size() != 1 || tokenizer.decode(ids) != text) return std::nullopt;
  return ids[0];
}

Problem wrong(std::string what, std::string found) {
  return {.what = std::move(what),
          .where = kAddTokens,
          .expected = "texts that are no token yet, each once",
          .found = std::move(found),
          .hint = "leave it out of tokenizer/add_tokens"};
}

/// Refuses a tokenizer whose next ids are not those from its size on.
void check_room(const Tokenizer& tokenizer, size_t wanted) {
  const int64_t size = tokenizer.vocab_size();
  const auto* json = dynamic_cast<const hf::HuggingFaceTokenizer*>(&tokenizer);
  const bool gaps = json && json->next_id() != size;
  const int64_t most = json ? RankTable::kMaxRanks : std::numeric_limits<int32_t>::max();
  if (!gaps && size <= most - static_cast<int64_t>(wanted)) return;
  fail({.what = "this tokenizer has no ids left for more tokens",
        .where = kAddTokens,
        .expected = "ids that follow each other and end below the largest there can be",
        .found =
            gaps ? fmt::format("ids up to {} with gaps, which `tokenizers` would fill", size - 1)
                 : fmt::format("{} tokens", size),
        .hint = gaps ? "add the tokens with `tokenizers` and give the file that it writes"
                     : "another tokenizer/backend"});
}

void check(const Tokenizer& tokenizer, const std::vector<std::string>& texts) {
  check_room(tokenizer, texts.size());
  const int64_t size = tokenizer.vocab_size();
  std::vector<Problem> problems;
  std::map<std::string, int64_t> ids;
  for (const std::string& text : texts) {
    const int64_t id = size + std::ssize(ids);
    if (text.empty()) {
      problems.push_back(wrong("a token without text", fmt::format("\"\", id {}", id)));
      continue;
    }
    const auto [known, is_new] = ids.emplace(text, id);
    if (!is_new) {
      problems.push_back(
          wrong("a token is added twice", fmt::format("`{}`, id {}", text, known->second)));
    } else if (const auto own = id_of(tokenizer, text)) {
      problems.push_back(
          wrong("the tokenizer has this token already", fmt::format("`{}`, id {}", text, *own)));
    }
  }
  throw_problems(std::move(problems));
}

}  // namespace

std::unique_ptr<Tokenizer> with_added_tokens(std::unique_ptr<Tokenizer> tokenizer,
                                             const std::vector<std::string>& texts) {
  if (texts.empty()) return tokenizer;
  check(*tokenizer, texts);
  std::vector<hf::AddedToken> tokens = make_tokens(texts, tokenizer->vocab_size());
  // Some have such tokens themselves: what is exported with these then cuts texts as we do.
  if (auto* json = dynamic_cast<hf::HuggingFaceTokenizer*>(tokenizer.get())) {
    json->add(std::move(tokens));
    return tokenizer;
  }
  if (auto* extended = dynamic_cast<ExtendedTokenizer*>(tokenizer.get())) {
    extended->add(std::move(tokens));
    return tokenizer;
  }
  return std::make_unique<ExtendedTokenizer>(std::move(tokenizer),
                                             TokenizerExtension{.tokens = std::move(tokens)});
}

}  // namespace twofold
