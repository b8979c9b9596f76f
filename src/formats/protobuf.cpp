#include "formats/protobuf.h"

#include <bit>

#include "formats/little_endian.h"

namespace twofold::formats {
namespace {

enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };

}  // namespace

void MessageWriter::varint(uint64_t value) {
  for (; value >= 0x80; value >>= 7) text_ += static_cast<char>((value & 0x7F) | 0x80);
  text_ += static_cast<char>(value);
}

void MessageWriter::tag(uint32_t field, uint32_t wire_type) { varint((field << 3) | wire_type); }

MessageWriter& MessageWriter::integer(uint32_t field, int64_t value) {
  tag(field, kVarint);
  varint(static_cast<uint64_t>(value));
  return *this;
}

MessageWriter& MessageWriter::number(uint32_t field, double value) {
  tag(field, kFixed64);
  append_little_endian(text_, std::bit_cast<uint64_t>(value));
  return *this;
}

MessageWriter& MessageWriter::number(uint32_t field, float value) {
  tag(field, kFixed32);
  append_little_endian(text_, std::bit_cast<uint32_t>(value));
  return *this;
}

MessageWriter& MessageWriter::bytes(uint32_t field, std::string_view value) {
  tag(field, kLengthDelimited);
  varint(value.size());
  text_ += value;
  return *this;
}

std::optional<uint64_t> MessageReader::varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return {};
}

std::optional<std::string_view> MessageReader::take(uint64_t bytes) {
  if (bytes > rest_.size()) return {};
  const std::string_view taken = rest_.substr(0, bytes);
  rest_.remove_prefix(bytes);
  return taken;
}

std::optional<MessageField> MessageReader::next() {
  const std::optional<uint64_t> tag = varint();
  if (!tag) return {};
  MessageField field{.number = static_cast<uint32_t>(*tag >> 3)};
  std::optional<uint64_t> length;
  switch (*tag & 7) {
    case kVarint:
      if (const auto value = varint()) {
        field.integer = *value;
        return field;
      }
      return {};
    case kFixed64:
      length = 8;
      break;
    case kFixed32:
      length = 4;
      break;
    case kLengthDelimited:
      length = varint();
      break;
    default:
      break;
  }
  const auto bytes = length ? take(*length) : std::optional<std::string_view>();
  if (!bytes) return {};
  field.bytes = *bytes;
  return field;
}

std::string_view field_of(std::string_view message, uint32_t number) {
  MessageReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == number) return field->bytes;
  }
  return {};
}

}  // namespace twofold::formats
