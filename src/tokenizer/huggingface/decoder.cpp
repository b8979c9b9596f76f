#include "tokenizer/huggingface/decoder.h"

#include <charconv>

#include "tokenizer/bpe/byte_alphabet.h"
#include "tokenizer/huggingface/normalizer.h"
#include "unicode/utf8.h"

namespace twofold::hf {
namespace {

void fuse(Texts& texts) {
  std::string all;
  for (const std::string& text : texts) all += text;
  texts.assign(1, all);
}

class Sequence : public Decoder {
 public:
  explicit Sequence(const JsonReader& node) {
    for (const JsonReader& item : node.at("decoders").items()) steps_.push_back(make_decoder(item));
  }
  void apply(Texts& texts) const override {
    for (const auto& step : steps_) step->apply(texts);
  }

 private:
  std::vector<std::unique_ptr<Decoder>> steps_;
};

class ByteLevel : public Decoder {
 public:
  void apply(Texts& texts) const override {
    const ByteAlphabet& alphabet = ByteAlphabet::get();
    std::string bytes;
    for (const std::string& text : texts) {
      if (!alphabet.read(text, bytes)) bytes += text;
    }
    texts.assign(1, bytes);
  }
};

/// Runs of tokens "<0xNN>" are the bytes of a text, or a replacement character for each.
class ByteFallback : public Decoder {
 public:
  void apply(Texts& texts) const override {
    Texts out;
    out.reserve(texts.size());
    std::string bytes;
    auto flush = [&] {
      if (bytes.empty()) return;
      const bool whole = valid_utf8_prefix(bytes) == bytes.size();
      if (whole) out.push_back(bytes);
      for (size_t i = 0; !whole && i < bytes.size(); ++i) out.emplace_back("\uFFFD");
      bytes.clear();
    };
    for (std::string& text : texts) {
      uint8_t byte = 0;
      if (is_byte(text, byte)) {
        bytes.push_back(static_cast<char>(byte));
      } else {
        flush();
        out.push_back(std::move(text));
      }
    }
    flush();
    texts = std::move(out);
  }

 private:
  static bool is_byte(const std::string& text, uint8_t& byte) {
    if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return false;
    return std::from_chars(&text[3], &text[5], byte, 16).ptr == &text[5];
  }
};

class Fuse : public Decoder {
 public:
  void apply(Texts& texts) const override { fuse(texts); }
};

class Strip : public Decoder {
 public:
  explicit Strip(const JsonReader& node)
      : content_(node.at("content").text()),
        start_(static_cast<size_t>(node.at("start").integer(0, INT32_MAX))),
        stop_(static_cast<size_t>(node.at("stop").integer(0, INT32_MAX))) {
    if (content_.empty()) node.at("content").refuse("not a character", "one character", "none");
  }
  void apply(Texts& texts) const override {
    for (std::string& text : texts) {
      size_t begin = 0, end = text.size();
      for (size_t i = 0; i < start_ && text.compare(begin, content_.size(), content_) == 0; ++i) {
        begin += content_.size();
      }
      for (size_t i = 0; i < stop_ && end - begin >= content_.size() &&
                         text.compare(end - content_.size(), content_.size(), content_) == 0;
           ++i) {
        end -= content_.size();
      }
      text = text.substr(begin, end - begin);
    }
  }

 private:
  std::string content_;
  size_t start_, stop_;
};

class Replace : public Decoder {
 public:
  explicit Replace(const JsonReader& node) : replace_(make_normalizer(node)) {}
  void apply(Texts& texts) const override {
    for (std::string& text : texts) replace_->apply(text);
  }

 private:
  std::unique_ptr<Normalizer> replace_;
};

class Metaspace : public Decoder {
 public:
  explicit Metaspace(const JsonReader& node) : mark_(node.at("replacement").text()) {
    if (mark_.empty()) node.at("replacement").refuse("not a character", "one character", "none");
    const auto scheme = node.find("prepend_scheme");
    added_ = node.flag("add_prefix_space", true) && !(scheme && scheme->text() == "never");
  }
  void apply(Texts& texts) const override {
    for (size_t i = 0; i < texts.size(); ++i) {
      replace_all(texts[i], mark_, i == 0 && added_ ? "" : " ");
    }
  }

 private:
  std::string mark_;
  bool added_;
};

}  // namespace

std::unique_ptr<Decoder> make_decoder(const JsonReader& node) {
  const std::string type = node.at("type").text();
  if (type == "Sequence") return std::make_unique<Sequence>(node);
  if (type == "ByteLevel") return std::make_unique<ByteLevel>();
  if (type == "ByteFallback") return std::make_unique<ByteFallback>();
  if (type == "Fuse") return std::make_unique<Fuse>();
  if (type == "Strip") return std::make_unique<Strip>(node);
  if (type == "Replace") return std::make_unique<Replace>(node);
  if (type == "Metaspace") return std::make_unique<Metaspace>(node);
  unsupported(node, "decoder", type,
              {"Sequence", "ByteLevel", "ByteFallback", "Fuse", "Strip", "Replace", "Metaspace"});
}

}  // namespace twofold::hf
