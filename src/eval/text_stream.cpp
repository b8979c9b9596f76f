#include "eval/text_stream.h"

#include <algorithm>

#include "unicode/utf8.h"

namespace twofold {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

/// The offset in `text` after its first `characters`.
size_t behind(std::string_view text, ptrdiff_t characters) {
  size_t at = 0;
  while (at < text.size() && (characters > 0 || !begins_character(text[at]))) {
    if (begins_character(text[at])) --characters;
    ++at;
  }
  return at;
}

}  // namespace

bool is_text(const Tokenizer& tokenizer, int32_t id) {
  return tokenizer.has_token(id) && !tokenizer.is_special(id);
}

TextStream::TextStream(const Tokenizer& tokenizer, std::vector<int32_t> prompt,
                       std::vector<std::string> stops, Emit emit)
    : tokenizer_(tokenizer),
      ids_(std::move(prompt)),
      stops_(std::move(stops)),
      emit_(std::move(emit)) {
  std::erase_if(ids_, [&](int32_t id) { return !is_text(tokenizer, id); });
  text_ = decoded();
  done_ = text_.size();
}

std::string TextStream::decoded() const { return repair_utf8(tokenizer_.decode(ids_)); }

bool TextStream::add(int32_t id) {
  if (ended_) return false;
  if (!is_text(tokenizer_, id)) return true;
  ids_.push_back(id);
  grow(decoded());
  size_t end = std::string::npos;
  for (const std::string& stop : stops_) end = std::min(end, text_.find(stop, done_));
  ended_ = end != std::string::npos;
  if (ended_) text_.resize(end);
  const size_t until = ended_ ? text_.size() : certain();
  if (until > done_) emit_(text_.substr(done_, until - done_));
  done_ = std::max(done_, until);
  forget();
  return !ended_;
}

void TextStream::grow(std::string text) {
  // While a run of byte tokens is not whole characters, a decoder makes U+FFFD of each of its
  // bytes, even of those that were a character before.
  if (text.compare(0, done_, text_, 0, done_) != 0) {
    done_ = behind(text, std::count_if(text_.begin(), text_.begin() + static_cast<ptrdiff_t>(done_),
                                       begins_character));
  }
  text_ = std::move(text);
}

void TextStream::forget() {
  constexpr size_t kMax = 128, kKept = 32;  // enough for what any decoder looks back at
  if (ids_.size() < kMax || done_ < text_.size()) return;
  ids_.erase(ids_.begin(), ids_.end() - kKept);
  text_ = decoded();
  done_ = text_.size();
}

void TextStream::finish() {
  if (done_ < text_.size()) emit_(text_.substr(done_));
  done_ = text_.size();
}

size_t TextStream::certain() const {
  // U+FFFD at the end may be the start of a character, or of several in byte tokens.
  size_t until = text_.size();
  while (until >= done_ + kReplacement.size() &&
         text_.compare(until - kReplacement.size(), kReplacement.size(), kReplacement) == 0) {
    until -= kReplacement.size();
  }
  for (const std::string& stop : stops_) {  // what may be the beginning of a stop waits
    for (size_t length = std::min(stop.size() - 1, text_.size() - done_); length > 0; --length) {
      if (text_.compare(text_.size() - length, length, stop, 0, length) != 0) continue;
      until = std::min(until, text_.size() - length);
      break;
    }
  }
  return std::max(until, done_);
}

}  // namespace twofold
