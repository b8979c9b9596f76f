#include "tokenizer/load/extended.h"

#include <algorithm>

#include "unicode/utf8.h"

namespace twofold {
namespace {

constexpr std::string_view kSpaceMark = "\u2581";

}  // namespace

ExtendedTokenizer::ExtendedTokenizer(std::unique_ptr<Tokenizer> inner, TokenizerExtension extension)
    : inner_(std::move(inner)),
      extension_(std::move(extension)),
      vocab_size_(inner_->vocab_size()) {
  add({});
}

void ExtendedTokenizer::add(std::vector<hf::AddedToken> tokens) {
  std::vector<hf::AddedToken>& all = extension_.tokens;
  all.insert(all.end(), tokens.begin(), tokens.end());
  std::vector<const hf::AddedToken*> wanted;
  for (size_t i = 0; i < all.size(); ++i) {
    wanted.push_back(&all[i]);
    places_.emplace(all[i].id, i);
    vocab_size_ = std::max(vocab_size_, int64_t{all[i].id} + 1);
  }
  finder_ = std::make_unique<hf::TokenFinder>(std::move(wanted));
}

std::vector<int32_t> ExtendedTokenizer::encode(std::string_view text, bool ordinary) const {
  std::string storage;
  if (extension_.repairs) text = as_utf8(text, storage);
  std::vector<int32_t> ids;
  std::vector<hf::Cut> cuts;
  finder_->cut(text, ordinary, cuts);
  for (const auto& [id, begin, end] : cuts) {
    if (id >= 0) {
      ids.push_back(id);
    } else {
      encode_between(text.substr(begin, end - begin), begin == 0, ordinary, ids);
    }
  }
  return ids;
}

void ExtendedTokenizer::encode_between(std::string_view text, bool first, bool ordinary,
                                       std::vector<int32_t>& ids) const {
  const SpacePrefix prefix = extension_.prefix.value_or(SpacePrefix::kNone);
  const bool wanted = prefix == SpacePrefix::kEach || (prefix == SpacePrefix::kFirst && first);
  if (wanted && extension_.strips) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  std::string marked;
  if (wanted && !text.starts_with(' ') && !text.starts_with(kSpaceMark)) {
    marked = std::string(kSpaceMark) + std::string(text);
    text = marked;
  }
  const std::vector<int32_t> some = ordinary ? inner_->encode_ordinary(text) : inner_->encode(text);
  ids.insert(ids.end(), some.begin(), some.end());
}

std::string ExtendedTokenizer::decode(std::span<const int32_t> ids) const {
  std::string text;
  size_t done = 0;
  const auto decode_until = [&](size_t end) {
    if (done < end) text += inner_->decode(ids.subspan(done, end - done));
  };
  for (size_t i = 0; i < ids.size(); ++i) {
    check_id(ids[i], i, vocab_size());
    const hf::AddedToken* token = token_of(ids[i]);
    if (!token) continue;
    decode_until(i);
    text += token->content;
    done = i + 1;
  }
  decode_until(ids.size());
  const bool prefixed = extension_.prefix.value_or(SpacePrefix::kNone) != SpacePrefix::kNone;
  const bool strip = prefixed && text.starts_with(' ');
  return strip ? text.substr(1) : text;
}

std::vector<int32_t> ExtendedTokenizer::with_special(std::vector<int32_t> ids) const {
  if (!extension_.around) return inner_->with_special(std::move(ids));
  const auto& [before, after] = *extension_.around;
  ids.insert(ids.begin(), before.begin(), before.end());
  ids.insert(ids.end(), after.begin(), after.end());
  return ids;
}

const hf::AddedToken* ExtendedTokenizer::token_of(int32_t id) const {
  const auto found = places_.find(id);
  return found == places_.end() ? nullptr : &extension_.tokens[found->second];
}

bool ExtendedTokenizer::is_special(int32_t id) const {
  if (const hf::AddedToken* token = token_of(id)) return token->special;
  return id < inner_->vocab_size() && inner_->is_special(id);
}

int32_t ExtendedTokenizer::eot_token() const {
  return extension_.end ? *extension_.end : inner_->eot_token();
}

std::optional<int32_t> ExtendedTokenizer::find(const std::string& text) const {
  for (const hf::AddedToken& token : extension_.tokens) {
    if (token.content == text) return token.id;
  }
  return std::nullopt;
}

}  // namespace twofold
