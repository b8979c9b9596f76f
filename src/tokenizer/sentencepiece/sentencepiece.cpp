#include "tokenizer/sentencepiece/sentencepiece.h"

#include <sentencepiece_processor.h>

#include <optional>

#include "base/error.h"
#include "tokenizer/sentencepiece/piece_model.h"
#include "unicode/utf8.h"

namespace twofold {
namespace {

using sentencepiece::SentencePieceProcessor;

[[noreturn]] void refuse(const std::string& file, std::string found) {
  fail({.what = "SentencePiece does not accept the model",
        .where = file,
        .expected = "a SentencePiece model",
        .found = std::move(found),
        .hint = "copy the file again from where the model is from"});
}

void check(const sentencepiece::util::Status& status, const std::string& file) {
  if (!status.ok()) refuse(file, status.error_message());
}

class SentencePieceTokenizer : public Tokenizer {
 public:
  SentencePieceTokenizer(std::string_view model, const std::string& file) : file_(file) {
    load(model);
    vocab_size_ = processor_.GetPieceSize();
    plain_ = PlainPieces::read(model);
  }

  std::vector<int32_t> encode(std::string_view text) const override {
    return encode_ordinary(text);
  }

  std::vector<int32_t> encode_ordinary(std::string_view text) const override {
    if (plain_ && valid_utf8_prefix(text) == text.size()) return plain_->encode(text);
    std::vector<int> ids;
    check(processor_.Encode({text.data(), text.size()}, &ids), file_);
    return ids;
  }

  EncodedText encode_with_offsets(std::string_view text,
                                  std::span<const ByteSpan> /*ordinary*/) const override {
    EncodedText made;
    if (plain_ && valid_utf8_prefix(text) == text.size()) {
      made.ids = encode_ordinary(text);
      made.offsets = plain_->offsets(text, made.ids);
      return made;
    }
    sentencepiece::ImmutableSentencePieceText pieces;
    check(processor_.Encode({text.data(), text.size()}, pieces.mutable_proto()), file_);
    for (const auto& piece : pieces.pieces()) {
      made.ids.push_back(static_cast<int32_t>(piece.id()));
      made.offsets.push_back({piece.begin(), piece.end()});
    }
    return made;
  }

  std::vector<int32_t> with_special(std::vector<int32_t> ids) const override {
    if (processor_.bos_id() >= 0) ids.insert(ids.begin(), processor_.bos_id());
    return ids;
  }

  std::string decode(std::span<const int32_t> ids) const override {
    for (size_t i = 0; i < ids.size(); ++i) check_id(ids[i], i, vocab_size_);
    std::string text;
    check(processor_.Decode(std::vector<int>(ids.begin(), ids.end()), &text), file_);
    return text;
  }

  bool is_special(int32_t id) const override { return processor_.IsControl(id); }

  int32_t eot_token() const override {
    if (processor_.eos_id() >= 0) return processor_.eos_id();
    fail({.what = "the SentencePiece model has no token that ends a text",
          .where = file_,
          .expected = "a model trained with eos_id",
          .found = "none",
          .hint = "train the model with an eos_id, or take another tokenizer"});
  }

  int64_t vocab_size() const override { return vocab_size_; }

 private:
  void load(std::string_view model) {
    try {
      check(processor_.LoadFromSerializedProto({model.data(), model.size()}), file_);
    } catch (const Error&) {
      throw;
    } catch (const std::exception& problem) {  // of the library's table of words
      refuse(file_, problem.what());
    }
  }

  std::string file_;
  SentencePieceProcessor processor_;
  std::optional<PlainPieces> plain_;  // the quicker way, where there is one
  int64_t vocab_size_ = 0;
};

}  // namespace

std::unique_ptr<Tokenizer> make_sentencepiece(std::string_view model, const std::string& file,
                                              bool prefix) {
  if (prefix) return std::make_unique<SentencePieceTokenizer>(model, file);
  // What a message says last counts: normalizer_spec {add_dummy_prefix: false}.
  constexpr std::string_view kNoPrefix("\x1a\x02\x18\x00", 4);
  return std::make_unique<SentencePieceTokenizer>(std::string(model) + std::string(kNoPrefix),
                                                  file);
}

}  // namespace twofold
