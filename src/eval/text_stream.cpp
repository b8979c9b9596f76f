#include "eval/text_stream.h"

#include <algorithm>

namespace twofold {

TextStream::TextStream(const Tokenizer& tokenizer, std::vector<int32_t> prompt,
                       std::vector<std::string> stops, Emit emit)
    : tokenizer_(tokenizer),
      ids_(std::move(prompt)),
      stops_(std::move(stops)),
      emit_(std::move(emit)) {
  std::erase_if(ids_, [&](int32_t id) { return tokenizer.is_special(id); });
  text_ = tokenizer.decode(ids_);
  done_ = text_.size();
}

bool TextStream::add(int32_t id) {
  if (ended_) return false;
  if (tokenizer_.is_special(id)) return true;
  ids_.push_back(id);
  text_ = tokenizer_.decode(ids_);
  done_ = std::min(done_, text_.size());
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

void TextStream::forget() {
  constexpr size_t kMax = 128, kKept = 32;  // enough for what any decoder looks back at
  if (ids_.size() < kMax || done_ < text_.size()) return;
  ids_.erase(ids_.begin(), ids_.end() - kKept);
  text_ = tokenizer_.decode(ids_);
  done_ = text_.size();
}

void TextStream::finish() {
  if (done_ < text_.size()) emit_(text_.substr(done_));
  done_ = text_.size();
}

size_t TextStream::certain() const {
  // At most three bytes of a character can be missing its rest; other faults are the text's own.
  size_t until = text_.size();
  constexpr size_t kLongestTail = 3;
  for (size_t tail = 1; tail <= std::min(kLongestTail, text_.size() - done_); ++tail) {
    const auto byte = static_cast<unsigned char>(text_[text_.size() - tail]);
    if (byte < 0x80) break;
    if (byte < 0xC0) continue;
    const size_t needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
    if (needed > tail) until = text_.size() - tail;
    break;
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
