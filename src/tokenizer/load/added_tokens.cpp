#include "tokenizer/load/added_tokens.h"

#include <fmt/format.h>

#include <limits>
#include <map>
#include <optional>

#include "base/error.h"
#include "tokenizer/config.h"
#include "tokenizer/huggingface/tokenizer.h"

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

std::vector<const hf::AddedToken*> pointers(const std::vector<hf::AddedToken>& tokens) {
  std::vector<const hf::AddedToken*> all;
  for (const hf::AddedToken& token : tokens) all.push_back(&token);
  return all;
}

/// Any tokenizer, asked about what lies between the added tokens.
class AddedTokens : public Tokenizer {
 public:
  AddedTokens(std::unique_ptr<Tokenizer> inner, const std::vector<std::string>& texts)
      : inner_(std::move(inner)),
        first_(inner_->vocab_size()),
        tokens_(make_tokens(texts, first_)),
        finder_(pointers(tokens_)) {}

  std::vector<int32_t> encode(std::string_view text) const override {
    return encode(text, &Tokenizer::encode);
  }
  std::vector<int32_t> encode_ordinary(std::string_view text) const override {
    return encode(text, &Tokenizer::encode_ordinary);
  }

  std::string decode(std::span<const int32_t> ids) const override {
    std::string text;
    size_t done = 0;
    const auto decode_until = [&](size_t end) {
      if (done < end) text += inner_->decode(ids.subspan(done, end - done));
    };
    for (size_t i = 0; i < ids.size(); ++i) {
      check_id(ids[i], i, vocab_size());
      if (ids[i] < first_) continue;
      decode_until(i);
      text += tokens_[static_cast<size_t>(ids[i] - first_)].content;
      done = i + 1;
    }
    decode_until(ids.size());
    return text;
  }

  std::vector<int32_t> with_special(std::vector<int32_t> ids) const override {
    return inner_->with_special(std::move(ids));
  }
  bool is_special(int32_t id) const override { return id < first_ && inner_->is_special(id); }
  int32_t eot_token() const override { return inner_->eot_token(); }
  int64_t vocab_size() const override { return first_ + std::ssize(tokens_); }

 private:
  using Encode = std::vector<int32_t> (Tokenizer::*)(std::string_view) const;

  std::vector<int32_t> encode(std::string_view text, Encode encode_rest) const {
    std::vector<int32_t> ids;
    std::vector<hf::Cut> cuts;
    finder_.cut(text, /*ordinary=*/false, cuts);
    for (const auto& [id, begin, end] : cuts) {
      if (id >= 0) {
        ids.push_back(id);
        continue;
      }
      const std::vector<int32_t> some = ((*inner_).*encode_rest)(text.substr(begin, end - begin));
      ids.insert(ids.end(), some.begin(), some.end());
    }
    return ids;
  }

  std::unique_ptr<Tokenizer> inner_;
  const int64_t first_;
  const std::vector<hf::AddedToken> tokens_;
  const hf::TokenFinder finder_;
};

/// The id of `text` if it is one token as it is.
std::optional<int32_t> id_of(const Tokenizer& tokenizer, const std::string& text) {
  if (const auto* json = dynamic_cast<const hf::HuggingFaceTokenizer*>(&tokenizer)) {
    if (const auto id = json->find(text)) return id;
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
  // A tokenizer.json has such tokens itself: what is exported with them then cuts texts as we do.
  if (auto* json = dynamic_cast<hf::HuggingFaceTokenizer*>(tokenizer.get())) {
    json->add(make_tokens(texts, json->vocab_size()));
    return tokenizer;
  }
  return std::make_unique<AddedTokens>(std::move(tokenizer), texts);
}

}  // namespace twofold
