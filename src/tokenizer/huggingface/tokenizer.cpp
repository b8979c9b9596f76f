#include "tokenizer/huggingface/tokenizer.h"

#include <algorithm>

#include "base/error.h"
#include "unicode/utf8.h"

namespace twofold::hf {

/// What one encoding of a text needs besides the tokenizer.
struct HuggingFaceTokenizer::Work {
  std::span<const ByteSpan> ordinary;
  bool with_offsets = false;
  EncodedText made = {};
  std::vector<Cut> cuts = {};
  Pieces pieces = {};
  Passes passes = {};  ///< of the normalizer, over the text that is worked on
  size_t begin = 0;    ///< where that text begins in the whole one

  /// Where bytes of the normalized text are in the whole one.
  ByteSpan place(ByteSpan span) const {
    for (auto pass = passes.rbegin(); pass != passes.rend(); ++pass) span = pass->before(span);
    return {begin + span.begin, begin + span.end};
  }
  void add(int32_t id, const ByteSpan& span) {
    made.ids.push_back(id);
    if (with_offsets) made.offsets.push_back(place(span));
  }
  Ordinary is_ordinary() const {
    return [this](const ByteSpan& span) { return overlaps(ordinary, place(span)); };
  }
};

HuggingFaceTokenizer::HuggingFaceTokenizer(const JsonReader& file) : file_(file.file()) {
  if (auto version = file.find("version"); version && version->text() != "1.0") {
    version->refuse("unsupported version", "1.0", version->text());
  }
  if (auto node = file.find("normalizer")) normalizer_ = make_normalizer(*node);
  if (auto node = file.find("pre_tokenizer")) pre_ = make_pre_tokenizer(*node);
  if (auto node = file.find("decoder")) decoder_ = make_decoder(*node);
  model_ = make_model(file.at("model"), pre_.byte_level);
  vocab_size_ = model_->vocabulary().end();
  add(read_added_tokens(file, model_->vocabulary(), normalizer_.get()));
  if (auto node = file.find("post_processor")) around_ = read_post_processor(*node, vocab_size_);
}

int64_t HuggingFaceTokenizer::next_id() const {
  auto next = static_cast<int64_t>(model_->vocabulary().size());
  for (const AddedToken& token : added_) next = std::max(next, int64_t{token.id} + 1);
  return next;
}

void HuggingFaceTokenizer::add(std::vector<AddedToken> tokens) {
  added_.insert(added_.end(), tokens.begin(), tokens.end());
  added_by_id_.clear();
  std::vector<const AddedToken*> raw, normal;
  for (const AddedToken& token : added_) {
    (token.normalized ? normal : raw).push_back(&token);
    added_by_id_.emplace(token.id, &token);
    vocab_size_ = std::max<int64_t>(vocab_size_, int64_t{token.id} + 1);
  }
  raw_tokens_ = std::make_unique<TokenFinder>(std::move(raw));
  normal_tokens_ = std::make_unique<TokenFinder>(std::move(normal));
}

std::vector<int32_t> HuggingFaceTokenizer::encode(std::string_view text) const {
  Work work{.ordinary = {}};
  encode(text, work);
  return std::move(work.made.ids);
}

std::vector<int32_t> HuggingFaceTokenizer::encode_ordinary(std::string_view text) const {
  constexpr ByteSpan kAll{0, std::string_view::npos};  // however long normalizing makes the text
  Work work{.ordinary = {&kAll, 1}};
  encode(text, work);
  return std::move(work.made.ids);
}

EncodedText HuggingFaceTokenizer::encode_with_offsets(std::string_view text,
                                                      std::span<const ByteSpan> ordinary) const {
  Work work{.ordinary = ordinary, .with_offsets = true};
  work.pieces.with_edits = true;
  encode(text, work);
  return std::move(work.made);
}

void HuggingFaceTokenizer::encode(std::string_view text, Work& work) const {
  std::string storage;
  text = as_utf8(text, storage);
  std::vector<Cut> cuts;
  raw_tokens_->cut(text, work.is_ordinary(), cuts);
  for (const Cut& cut : cuts) {
    work.passes.clear();
    work.begin = cut.begin;
    if (cut.id >= 0) {
      work.add(cut.id, {0, cut.end - cut.begin});
    } else {
      encode_raw(text.substr(cut.begin, cut.end - cut.begin), cut.begin == 0, work);
    }
  }
}

void HuggingFaceTokenizer::encode_raw(std::string_view text, bool first, Work& work) const {
  std::string normal;
  if (normalizer_) {
    normal = text;
    normalizer_->apply(normal, work.with_offsets ? &work.passes : nullptr);
    text = normal;
  }
  work.cuts.clear();
  normal_tokens_->cut(text, work.is_ordinary(), work.cuts);
  for (const Cut& cut : work.cuts) {
    if (cut.id >= 0) {
      work.add(cut.id, {cut.begin, cut.end});
    } else {
      encode_normal(text, cut, first && cut.begin == 0, work);
    }
  }
}

void HuggingFaceTokenizer::encode_normal(std::string_view text, const Cut& cut, bool first,
                                         Work& work) const {
  work.pieces.list.assign(1, {text.substr(cut.begin, cut.end - cut.begin), first});
  work.pieces.made.clear();
  for (const auto& step : pre_.steps) step->apply(work.pieces);
  std::vector<ByteSpan> spans;
  for (const Piece& piece : work.pieces.list) {
    const size_t before = work.made.ids.size();
    model_->encode(piece.text, work.made.ids);
    if (!work.with_offsets) continue;
    spans.clear();
    model_->offsets(piece.text, std::span(work.made.ids).subspan(before), spans);
    for (const ByteSpan& span : spans) {
      work.made.offsets.push_back(work.place(in_source(piece, span, text)));
    }
  }
}

std::vector<int32_t> HuggingFaceTokenizer::with_special(std::vector<int32_t> ids) const {
  ids.insert(ids.begin(), around_.before.begin(), around_.before.end());
  ids.insert(ids.end(), around_.after.begin(), around_.after.end());
  return ids;
}

std::string HuggingFaceTokenizer::decode(std::span<const int32_t> ids) const {
  Texts texts;
  texts.reserve(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    check_id(ids[i], i, vocab_size_);
    if (const auto added = added_by_id_.find(ids[i]); added != added_by_id_.end()) {
      texts.push_back(added->second->pattern);
    } else if (auto text = model_->vocabulary().bytes_of(static_cast<uint32_t>(ids[i]))) {
      texts.emplace_back(*text);
    }  // else a hole in the vocabulary, which has no text
  }
  if (decoder_) decoder_->apply(texts);
  std::string joined;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i > 0 && !decoder_) joined += ' ';
    joined += texts[i];
  }
  return joined;
}

bool HuggingFaceTokenizer::is_special(int32_t id) const {
  const auto added = added_by_id_.find(id);
  return added != added_by_id_.end() && added->second->special;
}

int32_t HuggingFaceTokenizer::eot_token() const {
  if (eot_) return *eot_;
  fail({.what = "which token ends a text is not known",
        .where = file_,
        .expected = "tokenizer_config.json beside it with eos_token",
        .found = "none",
        .hint = "copy the whole folder of the model"});
}

std::optional<int32_t> HuggingFaceTokenizer::find(const std::string& token) const {
  for (const AddedToken& added : added_) {
    if (added.content == token) return added.id;
  }
  const uint32_t id = model_->vocabulary().find(token);
  if (id == RankTable::kNone) return std::nullopt;
  return static_cast<int32_t>(id);
}

}  // namespace twofold::hf
