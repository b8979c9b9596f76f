// Byte-pair encoding as `tokenizers` defines it: characters first, then the merges by their order
// in the file.

#include <algorithm>
#include <array>
#include <atomic>
#include <span>

#include "tokenizer/bpe/byte_alphabet.h"
#include "tokenizer/bpe/split_points.h"
#include "tokenizer/huggingface/bpe_file.h"
#include "tokenizer/huggingface/model.h"

namespace twofold::hf {
namespace {

/// What the characters of a piece become before any merge. Unknown ones wait to be fused.
class Symbols {
 public:
  Symbols(int32_t unknown, bool fuse, std::vector<int32_t>& ids)
      : unknown_(unknown), fuse_(fuse), ids_(ids) {}

  void add(int32_t id) {
    flush();
    ids_.push_back(id);
  }
  /// As in `tokenizers`, the bytes of an unknown character overtake an unknown one that waits.
  void add_bytes(std::span<const int32_t> bytes) {
    ids_.insert(ids_.end(), bytes.begin(), bytes.end());
  }
  void add_unknown() {
    if (unknown_ < 0) return;
    if (waiting_ && !fuse_) ids_.push_back(unknown_);
    waiting_ = true;
  }
  void flush() {
    if (waiting_) ids_.push_back(unknown_);
    waiting_ = false;
  }

 private:
  int32_t unknown_;
  bool fuse_;
  std::vector<int32_t>& ids_;
  bool waiting_ = false;
};

std::vector<int32_t> not_characters(const BPEFile& file) {
  std::vector<int32_t> ids(file.byte_tokens.begin(), file.byte_tokens.end());
  ids.push_back(file.unknown);
  return ids;
}

class BPE : public Model {
 public:
  BPE(BPEFile file, bool byte_level)
      : file_(std::move(file)),
        byte_level_(byte_level),
        split_points_(file_.merges, not_characters(file_)),
        whole_(new std::atomic<uint8_t>[file_.vocabulary.end()]()) {
    for (uint32_t id = 0; id < file_.vocabulary.end(); ++id) index(id);
    for (int byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      character_[byte] = byte_level_ || byte < 0x80 ? find(by_text_, {&c, 1}) : -1;
    }
  }

  const RankTable& vocabulary() const override { return file_.vocabulary; }

  void encode(std::string_view piece, std::vector<int32_t>& ids) const override {
    const int32_t whole = piece.size() <= longest_ ? find(by_text_, piece) : -1;
    if (whole >= 0 && (file_.ignore_merges || whole_[whole] == kItself)) {
      ids.push_back(whole);
      return;
    }
    const size_t from = ids.size();
    append_symbols(piece, ids);
    split_points_.join(file_.table, ids, from);
    if (whole >= 0 && whole_[whole] == kUnknown) {
      const bool itself = ids.size() == from + 1 && ids[from] == whole;
      whole_[whole] = itself ? kItself : kOther;
    }
  }

  void offsets(std::string_view piece, std::span<const int32_t> ids,
               std::vector<ByteSpan>& spans) const override {
    size_t at = 0;
    for (const int32_t id : ids) {
      if (file_.unknown < 0) at = behind_dropped(piece, at);
      const size_t end = std::min(piece.size(), at + length_at(piece, at, id));
      spans.push_back({at, end});
      at = end;
    }
  }

 private:
  size_t character_bytes(std::string_view piece, size_t at) const {
    const auto lead = static_cast<uint8_t>(piece[at]);
    return byte_level_ || lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  }
  bool is_missing(std::string_view piece, size_t at) const {
    return find(by_text_, piece.substr(at, character_bytes(piece, at))) < 0;
  }

  /// The first byte from `at` on that is not of a character that leaves no token.
  size_t behind_dropped(std::string_view piece, size_t at) const {
    while (!file_.byte_fallback && at < piece.size() && is_missing(piece, at)) {
      at += character_bytes(piece, at);
    }
    return at;
  }

  /// The bytes behind `at` that `id` stands for.
  size_t length_at(std::string_view piece, size_t at, int32_t id) const {
    const auto text = by_text_.bytes_of(static_cast<uint32_t>(id));
    const bool missing = id == file_.unknown && is_missing(piece, at);  // "<" of a text "<unk>"
    if (!missing && text && piece.substr(at).starts_with(*text)) return text->size();
    if (id != file_.unknown || at >= piece.size()) return 1;  // a byte of a character
    size_t end = at + character_bytes(piece, at);
    while (file_.fuse_unknown && end < piece.size() && is_missing(piece, end)) {
      end += character_bytes(piece, end);
    }
    return end - at;
  }

  // Whether a token's text, encoded, is that token; found out when it is first met.
  enum : uint8_t { kUnknown, kItself, kOther };

  static int32_t find(const RankTable& table, std::string_view text) {
    return static_cast<int32_t>(table.find(text));  // kNone is -1
  }

  void index(uint32_t id) {
    const auto text = file_.vocabulary.bytes_of(id);
    std::string bytes;
    if (!text) return;
    if (!byte_level_) bytes = *text;
    if (byte_level_ && !ByteAlphabet::get().read(*text, bytes)) return;  // no piece can be it
    by_text_.add(bytes, id);
    longest_ = std::max(longest_, bytes.size());
  }

  void append_symbols(std::string_view piece, std::vector<int32_t>& ids) const {
    Symbols symbols(file_.unknown, file_.fuse_unknown, ids);
    for (size_t at = 0; at < piece.size();) {
      const auto lead = static_cast<uint8_t>(piece[at]);
      size_t bytes = 1;
      int32_t id = character_[lead];
      if (!byte_level_ && lead >= 0x80) {
        bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        id = find(by_text_, piece.substr(at, bytes));
      }
      if (id >= 0) {
        symbols.add(id);
      } else {
        append_missing(byte_level_ ? ByteAlphabet::get().character(lead) : piece.substr(at, bytes),
                       symbols);
      }
      at += bytes;
    }
    symbols.flush();
  }

  /// A character that is no token: its bytes, if they all are; else the unknown token, or nothing.
  void append_missing(std::string_view character, Symbols& symbols) const {
    std::array<int32_t, 4> bytes;
    bool all = file_.byte_fallback;
    for (size_t i = 0; i < character.size(); ++i) {
      bytes[i] = file_.byte_tokens[static_cast<uint8_t>(character[i])];
      all = all && bytes[i] >= 0;
    }
    if (all) {
      symbols.add_bytes({bytes.data(), character.size()});
    } else {
      symbols.add_unknown();
    }
  }

  BPEFile file_;
  bool byte_level_;
  SplitPoints split_points_;
  RankTable by_text_;  // as the tokens stand in text, which for byte level is not as in the file
  size_t longest_ = 0;
  std::array<int32_t, 256> character_;
  std::unique_ptr<std::atomic<uint8_t>[]> whole_;
};

}  // namespace

std::unique_ptr<Model> make_bpe(const JsonReader& node, bool byte_level) {
  return std::make_unique<BPE>(read_bpe(node), byte_level);
}

std::unique_ptr<Model> make_model(const JsonReader& node, bool byte_level) {
  // Old files leave the type out; only BPE has merges.
  const auto type_node = node.find("type");
  const std::string type = type_node             ? type_node->text()
                           : node.find("merges") ? "BPE"
                                                 : "without a type";
  if (type == "BPE") return make_bpe(node, byte_level);
  if (type == "Unigram") return make_unigram(node, byte_level);
  unsupported(node, "model", type, {"BPE", "Unigram"});
}

}  // namespace twofold::hf
