// Vocabularies out of SentencePiece models: the few fields of ModelProto that llama.cpp wants, read
// from the protobuf's bytes (sentencepiece_model.proto; the library does not give them all away).
#include <fmt/format.h>

#include <cstring>
#include <string_view>

#include "base/error.h"
#include "interop/gguf_vocab.h"

namespace twofold {
namespace {

/// A field of a protobuf message. `bytes` of a length-delimited one, `number` of the others.
struct ProtoField {
  uint64_t id = 0;
  uint64_t number = 0;
  std::string_view bytes = {};
};

/// Walks the fields of one message; refuses whatever goes beyond it.
class ProtoReader {
 public:
  ProtoReader(std::string_view bytes, const std::string& file) : rest_(bytes), file_(file) {}

  bool next(ProtoField& field) {
    if (rest_.empty()) return false;
    const uint64_t tag = varint();
    field = {.id = tag >> 3};
    switch (tag & 7) {
      case 0:
        field.number = varint();
        break;
      case 1:
        field.number = fixed(8);
        break;
      case 2:
        field.bytes = take(varint());
        break;
      case 5:
        field.number = fixed(4);
        break;
      default:
        refuse();
    }
    return true;
  }

 private:
  [[noreturn]] void refuse() const {
    fail({.what = "not a SentencePiece model", .where = file_, .expected = "a ModelProto"});
  }

  std::string_view take(uint64_t size) {
    if (size > rest_.size()) refuse();
    const std::string_view part = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return part;
  }

  uint64_t fixed(size_t size) {
    uint64_t value = 0;
    std::memcpy(&value, take(size).data(), size);
    return value;
  }

  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<uint8_t>(take(1)[0]);
      value |= uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
    refuse();
  }

  std::string_view rest_;
  const std::string& file_;
};

/// SentencePiece { 1: piece, 2: score, 3: type }; the types are llama.cpp's.
void read_piece(std::string_view bytes, const std::string& file, GgufVocab& vocab) {
  ProtoReader reader(bytes, file);
  std::string text;
  float score = 0;
  auto type = GgufTokenType::kNormal;
  for (ProtoField field; reader.next(field);) {
    if (field.id == 1) text = field.bytes;
    if (field.id == 2) std::memcpy(&score, &field.number, sizeof score);
    if (field.id == 3 && field.number >= 1 && field.number <= 6) {
      type = static_cast<GgufTokenType>(field.number);
    }
  }
  const auto id = std::ssize(vocab.tokens);
  if (type == GgufTokenType::kUnknown) vocab.unknown = id;
  if (text == "<s>") vocab.bos = id;
  if (text == "</s>") vocab.eos = id;
  vocab.put(id, std::move(text), type);
  vocab.scores.push_back(score);
}

/// The number of field `id` in a message; `otherwise` if it is not there.
uint64_t number_in(std::string_view bytes, const std::string& file, uint64_t id,
                   uint64_t otherwise) {
  ProtoReader reader(bytes, file);
  for (ProtoField field; reader.next(field);) {
    if (field.id == id) otherwise = field.number;
  }
  return otherwise;
}

}  // namespace

GgufVocab gguf_vocab_of_sentencepiece(const Path& path) {
  const std::string file = path.string(), text = read_text(path);
  GgufVocab vocab;
  vocab.model = "llama";
  vocab.add_space_prefix = true;
  uint64_t kind = 1;  // unigram, where the file does not say
  ProtoReader reader(text, file);
  for (ProtoField field; reader.next(field);) {
    if (field.id == 1) read_piece(field.bytes, file, vocab);       // pieces
    if (field.id == 2) kind = number_in(field.bytes, file, 3, 1);  // trainer_spec
    if (field.id == 3) vocab.add_space_prefix = number_in(field.bytes, file, 3, 1) != 0;
  }
  if (kind != 2) {
    fail({.what = "llama.cpp cannot do what this tokenizer does",
          .where = file + ": trainer_spec/model_type",
          .expected = "BPE",
          .found = fmt::format("type {}", kind)});
  }
  vocab.add_bos = vocab.bos.has_value();
  return vocab;
}

}  // namespace twofold
