#include "data/tokenize/teaching.h"

#include "chat/marks.h"

namespace twofold {

bool count_learnt(const Tokenizer& tokenizer, std::span<const int32_t> ids,
                  std::span<const uint8_t> trained, Teaching& teaching) {
  const int64_t before = teaching.learnt;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (trained[i] == 0) continue;
    ++teaching.learnt;
    const bool last = i + 1 == ids.size() || trained[i + 1] == 0;
    if (last ? chat::is_mark(tokenizer, ids[i]) : tokenizer.is_special(ids[i])) ++teaching.ends;
  }
  if (teaching.learnt > before) return true;
  ++teaching.nothing;
  return false;
}

}  // namespace twofold
