#include "formats/crc.h"

#include <array>

namespace twofold::formats {
namespace {

using CrcTable = std::array<uint32_t, 256>;

/// The remainders of all bytes for a polynomial with its bits reversed.
constexpr CrcTable crc_table(uint32_t polynomial) {
  CrcTable table{};
  for (uint32_t byte = 0; byte < table.size(); ++byte) {
    uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? polynomial : 0);
    table[byte] = rest;
  }
  return table;
}

constexpr CrcTable kIeee = crc_table(0xEDB88320), kCastagnoli = crc_table(0x82F63B78);

uint32_t check(const CrcTable& table, std::string_view bytes, uint32_t before) {
  uint32_t rest = ~before;
  for (const char byte : bytes) {
    rest = table[(rest ^ static_cast<unsigned char>(byte)) & 0xFF] ^ (rest >> 8);
  }
  return ~rest;
}

}  // namespace

uint32_t crc32(std::string_view bytes, uint32_t before) { return check(kIeee, bytes, before); }

uint32_t crc32c(std::string_view bytes) { return check(kCastagnoli, bytes, 0); }

}  // namespace twofold::formats
