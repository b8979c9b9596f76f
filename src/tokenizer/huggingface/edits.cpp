#include "tokenizer/huggingface/edits.h"

#include <algorithm>

#include "tokenizer/tokenizer.h"

namespace twofold::hf {

void Edits::replace(size_t begin, size_t end, size_t length) {
  const size_t made = edits_.empty() ? begin : edits_.back().until + (begin - edits_.back().end);
  edits_.push_back({begin, end, made, made + length});
}

void Edits::put_in_front(std::string_view text, size_t length) {
  const size_t first = first_character(text);
  replace(0, first, length + first);
}

const Edits::Edit* Edits::at_or_before(size_t at) const {
  const auto next = std::ranges::upper_bound(edits_, at, {}, &Edit::made);
  return next == edits_.begin() ? nullptr : &*(next - 1);
}

ByteSpan Edits::before(ByteSpan span) const {
  ByteSpan old = span;
  if (const Edit* edit = at_or_before(span.begin)) {
    old.begin = span.begin < edit->until ? edit->begin : span.begin - edit->until + edit->end;
  }
  if (span.begin == span.end) return {old.begin, old.begin};
  const size_t last = span.end - 1;
  if (const Edit* edit = at_or_before(last)) {
    old.end = last < edit->until ? edit->end : span.end - edit->until + edit->end;
  }
  return old;
}

Edits replaced(std::string_view text, const std::string& from, size_t length) {
  Edits edits;
  for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + from.size())) {
    edits.replace(at, at + from.size(), length);
  }
  return edits;
}

}  // namespace twofold::hf
