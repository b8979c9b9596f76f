#include "data/tokenize/teaching.h"

#include <algorithm>

namespace twofold {

bool count_learnt(std::span<const int32_t> ends, std::span<const int32_t> ids,
                  std::span<const uint8_t> trained, Teaching& teaching) {
  const int64_t before = teaching.learnt;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (trained[i] == 0) continue;
    ++teaching.learnt;
    if (std::ranges::find(ends, ids[i]) != ends.end()) ++teaching.ends;
  }
  if (teaching.learnt > before) return true;
  ++teaching.nothing;
  return false;
}

}  // namespace twofold
