#pragma once
// Messages of Protocol Buffers, field by field: all that log files of other programs need of it.
// https://protobuf.dev/programming-guides/encoding

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace twofold::formats {

/// A message that is being written. Numbers that are 0 are written too: within a oneof they say
/// which field is meant.
class MessageWriter {
 public:
  MessageWriter& integer(uint32_t field, int64_t value);  ///< int32, int64, bool, enum
  MessageWriter& number(uint32_t field, double value);
  MessageWriter& number(uint32_t field, float value);
  MessageWriter& bytes(uint32_t field, std::string_view value);  ///< string, bytes, a message
  MessageWriter& message(uint32_t field, const MessageWriter& value) {
    return bytes(field, value.text_);
  }
  const std::string& text() const { return text_; }

 private:
  void tag(uint32_t field, uint32_t wire_type);
  void varint(uint64_t value);
  std::string text_;
};

/// A field of a message that is read.
struct MessageField {
  uint32_t number = 0;
  uint64_t integer = 0;         ///< of a varint; else 0
  std::string_view bytes = {};  ///< of a string or a message, or those of a number
};

/// The fields of a message, in the order of its bytes.
class MessageReader {
 public:
  explicit MessageReader(std::string_view bytes) : rest_(bytes) {}
  /// Nothing at the end, and where the bytes are no message.
  std::optional<MessageField> next();

 private:
  std::optional<uint64_t> varint();
  std::optional<std::string_view> take(uint64_t bytes);
  std::string_view rest_;
};

/// The bytes of the first field with this number; empty if there is none.
std::string_view field_of(std::string_view message, uint32_t number);

}  // namespace twofold::formats
