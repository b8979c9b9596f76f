#include "tokenizer/load/extended.h"

#include <algorithm>

#include "unicode/utf8.h"

namespace twofold {
namespace {

constexpr std::string_view kSpaceMark = "\u2581";

/// The parts of a text, as parts of what begins at its byte `begin` and has `put` bytes in front.
std::vector<ByteSpan> shifted(std::span<const ByteSpan> parts, size_t begin, size_t put) {
  std::vector<ByteSpan> moved;
  for (const ByteSpan& part : parts) {
    if (part.end <= begin) continue;
    moved.push_back({std::max(part.begin, begin) - begin + put, part.end - begin + put});
  }
  return moved;
}

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

struct ExtendedTokenizer::Work {
  std::span<const ByteSpan> ordinary;
  bool with_offsets = false;
  EncodedText made = {};

  void add(const EncodedText& some) {
    made.ids.insert(made.ids.end(), some.ids.begin(), some.ids.end());
    made.offsets.insert(made.offsets.end(), some.offsets.begin(), some.offsets.end());
  }
};

std::vector<int32_t> ExtendedTokenizer::encode(std::string_view text) const {
  Work work{.ordinary = {}};
  encode(text, work);
  return std::move(work.made.ids);
}

std::vector<int32_t> ExtendedTokenizer::encode_ordinary(std::string_view text) const {
  constexpr ByteSpan kAll{0, std::string_view::npos};
  Work work{.ordinary = {&kAll, 1}};
  encode(text, work);
  return std::move(work.made.ids);
}

EncodedText ExtendedTokenizer::encode_with_offsets(std::string_view text,
                                                   std::span<const ByteSpan> ordinary) const {
  Work work{.ordinary = ordinary, .with_offsets = true};
  encode(text, work);
  return std::move(work.made);
}

void ExtendedTokenizer::encode(std::string_view text, Work& work) const {
  std::string storage;
  if (extension_.repairs) text = as_utf8(text, storage);
  std::vector<hf::Cut> cuts;
  finder_->cut(
      text, [&](const ByteSpan& span) { return overlaps(work.ordinary, span); }, cuts);
  for (const auto& [id, begin, end] : cuts) {
    if (id >= 0) {
      work.add({.ids = {id}, .offsets = {{begin, end}}});
    } else {
      encode_between(text, {begin, end}, work);
    }
  }
}

void ExtendedTokenizer::encode_between(std::string_view whole, const ByteSpan& part,
                                       Work& work) const {
  std::string_view text = whole.substr(part.begin, part.end - part.begin);
  const SpacePrefix prefix = extension_.prefix.value_or(SpacePrefix::kNone);
  const bool wanted =
      prefix == SpacePrefix::kEach || (prefix == SpacePrefix::kFirst && part.begin == 0);
  if (wanted && extension_.strips) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  const auto begin = static_cast<size_t>(text.data() - whole.data());
  std::string marked;
  if (wanted && !text.starts_with(' ') && !text.starts_with(kSpaceMark)) {
    marked = std::string(kSpaceMark) + std::string(text);
    text = marked;
  }
  if (!work.with_offsets) {
    return work.add(
        {.ids = work.ordinary.empty() ? inner_->encode(text) : inner_->encode_ordinary(text)});
  }
  const size_t first = first_character(whole.substr(begin));
  const size_t put = marked.empty() ? 0 : kSpaceMark.size();
  EncodedText made = inner_->encode_with_offsets(text, shifted(work.ordinary, begin, put));
  for (ByteSpan& span : made.offsets) {
    // What was put in front stands for the first character.
    const size_t end = span.end > put ? span.end - put : put > 0 ? first : 0;
    span = {std::max(span.begin, put) - put + begin, end + begin};
  }
  work.add(made);
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
