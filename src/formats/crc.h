#pragma once
// The two cyclic redundancy checks by which records of log files are framed.

#include <cstdint>
#include <string_view>

namespace twofold::formats {

/// CRC-32 as zlib has it (IEEE 802.3), going on from `before`: the check of what came in front.
uint32_t crc32(std::string_view bytes, uint32_t before = 0);
/// CRC-32C (Castagnoli).
uint32_t crc32c(std::string_view bytes);

}  // namespace twofold::formats
