#pragma once
// What a dataset's rows teach, counted while it is made.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>

namespace twofold {

struct Teaching {
  int64_t learnt = 0;   ///< tokens
  int64_t ends = 0;     ///< of these, tokens that end a turn or a text
  int64_t marks = 0;    ///< special tokens that texts of records spell
  int64_t nothing = 0;  ///< rows of which nothing is learnt: they are left out
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Teaching, learnt, ends, marks, nothing)

/// Counts what is learnt of a row; false if it is nothing. `trained`: of each id, whether it is.
/// `ends`: the ids that end a turn or a text.
bool count_learnt(std::span<const int32_t> ends, std::span<const int32_t> ids,
                  std::span<const uint8_t> trained, Teaching& teaching);

}  // namespace twofold
