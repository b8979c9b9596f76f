#include "tasks/encode.h"

#include <algorithm>

#include "unicode/character.h"

namespace twofold::tasks {
namespace {

/// The byte at which the white space at the end begins, as Python's rstrip() has it.
size_t end_without_space(const std::string& text) {
  size_t end = text.size();
  while (end > 0) {
    size_t begin = end - 1;
    while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80U) --begin;
    if (!is_space(character_at(text, begin).code)) break;
    end = begin;
  }
  return end;
}

}  // namespace

Encoder::Encoder(const Tokenizer& tokenizer, const Reading& reading)
    : tokenizer_(tokenizer),
      reading_(reading),
      begin_text_(tokenizer.decode(std::span(&reading.begin, 1))) {
  if (reading.left_out) known_.emplace(tokenizer, *reading.left_out);
}

std::vector<int32_t> Encoder::ids(std::string text) const {
  // The tokenizer puts a space in front itself.
  if (reading_.one_space && text.size() > 1 && text.starts_with(' ')) text.erase(0, 1);
  return tokenizer_.encode(known_ ? known_->only(text) : text);
}

std::vector<int32_t> Encoder::encode(const std::string& text) const {
  std::vector<int32_t> found = ids(text);
  const bool begun = !begin_text_.empty() && text.starts_with(begin_text_);
  return reading_.special && !begun ? tokenizer_.with_special(std::move(found)) : found;
}

Continuation Encoder::pair(const std::string& context, const std::string& continuation) {
  if (context.empty()) {
    std::vector<int32_t> tokens = ids(continuation);
    if (!tokens.empty() && tokens.front() == reading_.begin) tokens.erase(tokens.begin());
    return {{reading_.begin}, std::move(tokens)};
  }
  Continuation found{encode(context.substr(0, end_without_space(context))), {}};
  std::vector<int32_t>& known = found.context;
  const std::vector<int32_t> whole = encode(context + continuation);
  if (whole.size() <= known.size()) {
    const auto differ = std::ranges::mismatch(known, whole).in1;
    if (differ != known.end()) ++merged_;
    known.erase(differ, known.end());
  }
  found.tokens.assign(whole.begin() + std::ssize(known), whole.end());
  if (known.empty()) known = {reading_.begin};
  return found;
}

std::vector<Continuation> Encoder::windows(const std::string& text, int64_t positions) const {
  const std::vector<int32_t> whole = encode(text);
  std::vector<Continuation> all;
  for (int64_t first = 0; first < std::ssize(whole); first += positions) {
    const int64_t last = std::min(first + positions, std::ssize(whole));
    // Each is read with all that fits in front of it.
    const int64_t known = std::max<int64_t>(0, last - positions - 1);
    Continuation window{{whole.begin() + known, whole.begin() + first},
                        {whole.begin() + first, whole.begin() + last}};
    if (first == 0) window.context = {reading_.begin};
    all.push_back(std::move(window));
  }
  return all;
}

}  // namespace twofold::tasks
