#include "formats/tfrecord.h"

#include "formats/crc.h"
#include "formats/little_endian.h"

namespace twofold::formats {
namespace {

constexpr size_t kLengthBytes = 8, kCheckBytes = 4;

/// Rotated and moved, so that the check of bytes that hold checks is no trivial one.
uint32_t masked_check(std::string_view bytes) {
  const uint32_t check = crc32c(bytes);
  return ((check >> 15) | (check << 17)) + 0xA282EAD8;
}

}  // namespace

std::string tfrecord(std::string_view bytes) {
  std::string record;
  append_little_endian(record, uint64_t{bytes.size()});
  append_little_endian(record, masked_check(record));
  record += bytes;
  append_little_endian(record, masked_check(bytes));
  return record;
}

std::optional<std::string_view> TfrecordReader::next() {
  const std::string_view rest = file_.substr(at_);
  constexpr size_t kHead = kLengthBytes + kCheckBytes;
  if (rest.size() < kHead + kCheckBytes) return {};
  const std::string_view length_bytes = rest.substr(0, kLengthBytes);
  if (read_little_endian<uint32_t>(rest.substr(kLengthBytes)) != masked_check(length_bytes)) {
    return {};
  }
  const auto length = read_little_endian<uint64_t>(length_bytes);
  if (length > rest.size() - kHead - kCheckBytes) return {};
  const std::string_view bytes = rest.substr(kHead, length);
  if (read_little_endian<uint32_t>(rest.substr(kHead + length)) != masked_check(bytes)) return {};
  at_ += kHead + length + kCheckBytes;
  return bytes;
}

}  // namespace twofold::formats
