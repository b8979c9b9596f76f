#include "tokenizer/llama2c/llama2c.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "tokenizer/bpe/rank_table.h"
#include "tokenizer/bpe/scored_merges.h"

namespace twofold {
namespace {

constexpr size_t kLongestToken = 4096;

template <class T>
bool take(std::string_view& bytes, T& value) {
  if (bytes.size() < sizeof value) return false;
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return true;
}

constexpr const char* kTakeAnother = "copy tokenizer.bin again, or write it anew with llama2.c";

class Llama2cTokenizer : public Tokenizer {
 public:
  Llama2cTokenizer(const std::vector<Llama2cToken>& tokens, const std::string& file) {
    check_tokens(tokens, file);
    for (size_t id = 0; id < tokens.size(); ++id) {
      texts_.emplace_back(tokens[id].text);
      // Of equal texts the first is the one that encodes.
      if (table_.find(tokens[id].text) == RankTable::kNone) {
        table_.add(tokens[id].text, static_cast<uint32_t>(id));
      }
    }
    space_ = table_.find(" ");
    if (space_ == RankTable::kNone) {
      fail({.what = "no token for a space",
            .where = file,
            .expected = "one",
            .found = "none",
            .hint = kTakeAnother});
    }
    std::vector<float> scores;
    for (const Llama2cToken& token : tokens) scores.push_back(token.score);
    std::vector<int32_t> bytes(256);
    std::iota(bytes.begin(), bytes.end(), kLlama2cFirstByte);
    merges_.emplace(table_, scores, bytes);
  }

  std::vector<int32_t> encode(std::string_view text) const override {
    return encode_ordinary(text);
  }

  std::vector<int32_t> encode_ordinary(std::string_view text) const override {
    std::vector<int32_t> ids;
    if (text.empty()) return ids;
    ids.push_back(static_cast<int32_t>(space_));
    for (size_t at = 0; at < text.size();) {
      // A byte and the continuation bytes behind it, four in all.
      size_t end = at + 1;
      while (end < text.size() && end - at < 4 &&
             (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) {
        ++end;
      }
      const uint32_t id = table_.find(text.substr(at, end - at));
      if (id != RankTable::kNone) {
        ids.push_back(static_cast<int32_t>(id));
      } else {
        for (; at < end; ++at) ids.push_back(kLlama2cFirstByte + static_cast<uint8_t>(text[at]));
      }
      at = end;
    }
    merges_->join(ids);
    return ids;
  }

  EncodedText encode_with_offsets(std::string_view text,
                                  std::span<const ByteSpan> /*ordinary*/) const override {
    EncodedText made{.ids = encode_ordinary(text), .offsets = {}};
    constexpr size_t kPrefix = 1;  // the space before the text
    size_t at = 0;
    for (const int32_t id : made.ids) {
      const size_t end = at + (is_byte(id) ? 1 : texts_[static_cast<size_t>(id)].size());
      // The space stands for the first character.
      made.offsets.push_back({std::max(at, kPrefix) - kPrefix,
                              std::max(end - kPrefix, at == 0 ? first_character(text) : 0)});
      at = end;
    }
    return made;
  }

  std::vector<int32_t> with_special(std::vector<int32_t> ids) const override {
    ids.insert(ids.begin(), kLlama2cBegin);
    return ids;
  }

  std::string decode(std::span<const int32_t> ids) const override {
    std::string text;
    for (size_t i = 0; i < ids.size(); ++i) {
      check_id(ids[i], i, vocab_size());
      if (is_special(ids[i])) continue;
      if (is_byte(ids[i])) {
        text += static_cast<char>(ids[i] - kLlama2cFirstByte);
      } else {
        text += texts_[static_cast<size_t>(ids[i])];
      }
    }
    return text.starts_with(' ') ? text.substr(1) : text;
  }

  bool is_special(int32_t id) const override { return id == kLlama2cBegin || id == kLlama2cEnd; }
  int32_t eot_token() const override { return kLlama2cEnd; }
  int64_t vocab_size() const override { return static_cast<int64_t>(texts_.size()); }

 private:
  static bool is_byte(int32_t id) {
    return id >= kLlama2cFirstByte && id < kLlama2cFirstByte + 256;
  }

  static void check_tokens(const std::vector<Llama2cToken>& tokens, const std::string& file) {
    auto refuse = [&](std::string expected, std::string found) {
      fail({.what = "not a vocabulary of llama2.c",
            .where = file,
            .expected = std::move(expected),
            .found = std::move(found),
            .hint = kTakeAnother});
    };
    if (tokens.size() < kLlama2cFirstByte + 256 || tokens.size() > RankTable::kMaxRanks) {
      refuse("three marks, 256 bytes, and tokens", fmt::format("{} tokens", tokens.size()));
    }
    for (const Llama2cToken& token : tokens) {
      if (token.text.size() > kLongestToken) {
        refuse(fmt::format("tokens of at most {} bytes", kLongestToken),
               fmt::format("one of {}", token.text.size()));
      }
    }
  }

  std::vector<std::string> texts_;  // by id
  RankTable table_;
  std::optional<ScoredMerges> merges_;
  uint32_t space_ = 0;
};

}  // namespace

std::optional<std::vector<Llama2cToken>> read_llama2c(std::string_view bytes) {
  int32_t longest = 0, size = 0;
  if (!take(bytes, longest) || longest <= 0) return std::nullopt;
  std::vector<Llama2cToken> tokens;
  while (!bytes.empty()) {
    Llama2cToken token;
    if (!take(bytes, token.score) || !take(bytes, size) || size < 0 || size > longest ||
        static_cast<size_t>(size) > bytes.size() || std::isnan(token.score)) {
      return std::nullopt;
    }
    token.text = bytes.substr(0, static_cast<size_t>(size));
    bytes.remove_prefix(static_cast<size_t>(size));
    tokens.push_back(token);
  }
  return tokens;
}

bool is_llama2c(std::string_view bytes) {
  const auto tokens = read_llama2c(bytes);
  return tokens && !tokens->empty();
}

std::unique_ptr<Tokenizer> make_llama2c(std::string_view bytes, const std::string& file) {
  const auto tokens = read_llama2c(bytes);
  if (!tokens) {
    fail({.what = "not a vocabulary of llama2.c",
          .where = file,
          .expected = "int32, then float32, int32 and text for each token",
          .found = fmt::format("{} bytes that end inside a token", bytes.size()),
          .hint = kTakeAnother});
  }
  return std::make_unique<Llama2cTokenizer>(*tokens, file);
}

}  // namespace twofold
