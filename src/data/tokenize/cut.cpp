#include "data/tokenize/cut.h"

#include <type_traits>

namespace twofold {

std::optional<Encoded> cut_to_row(const Encoded& whole, int64_t width, Truncate truncate) {
  const int64_t more = std::ssize(whole.ids) - width;
  if (more <= 0) return whole;
  if (truncate == Truncate::kDrop) return std::nullopt;
  const int64_t first = truncate == Truncate::kStart ? more : 0;
  const auto part = [&](const auto& all) {
    return std::decay_t<decltype(all)>(all.begin() + first, all.begin() + first + width);
  };
  return Encoded{.ids = part(whole.ids), .trained = part(whole.trained)};
}

}  // namespace twofold
