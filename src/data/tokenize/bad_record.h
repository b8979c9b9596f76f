#pragma once
// data/on_bad_record: what is done with a record that cannot be read.

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

namespace twofold {

enum class OnBadRecord { kStop, kSkip, kReplace };

inline std::array<std::pair<OnBadRecord, const char*>, 3> config_names(OnBadRecord) {
  return {{{OnBadRecord::kStop, "stop"},
           {OnBadRecord::kSkip, "skip"},
           {OnBadRecord::kReplace, "replace"}}};
}

/// How many records were bad.
struct BadRecords {
  int64_t skipped = 0;
  int64_t replaced = 0;  ///< kept, with U+FFFD in place of what could not be read
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(BadRecords, skipped, replaced)

/// Lists them in the dataset's folder, one JSON object per line.
inline constexpr const char* kBadRecordsFile = "bad_records.jsonl";

}  // namespace twofold
