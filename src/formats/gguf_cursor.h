#pragma once
// A cursor over the bytes of a GGUF file; every read is checked against the bytes that are left.

#include <fmt/format.h>

#include <cstring>
#include <span>
#include <string>

#include "base/error.h"
#include "formats/gguf.h"

namespace twofold::formats {

inline constexpr const char* kGgufDamagedHint =
    "the file is damaged or was not written completely: copy or download it again";

class GgufCursor {
 public:
  GgufCursor(const Path& path, std::span<const std::byte> bytes) : path_(path), bytes_(bytes) {}

  uint64_t position() const { return at_; }
  uint64_t left() const { return bytes_.size() - at_; }
  /// What is being read now, for errors: "key `a.b`".
  void name(std::string what) { item_ = std::move(what); }

  [[noreturn]] void refuse(std::string what, std::string expected, std::string found,
                           std::string hint = kGgufDamagedHint) const {
    std::string where = fmt::format("{}, byte {}", path_.string(), at_);
    if (!item_.empty()) where += ", " + item_;
    fail({std::move(what), std::move(where), std::move(expected), std::move(found),
          std::move(hint)});
  }

  void require(uint64_t bytes, const char* what) const {
    if (bytes <= left()) return;
    refuse(fmt::format("GGUF file ends inside {}", what), fmt::format("{} bytes more", bytes),
           fmt::format("{} bytes", left()), kGgufDamagedHint);
  }

  template <class T>
  T number(const char* what) {
    require(sizeof(T), what);
    T value{};
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }

  std::string text(const char* what) {
    const uint64_t length = number<uint64_t>(what);
    if (length > kMaxStringBytes) {
      refuse(fmt::format("{} is too long", what), fmt::format("at most {} bytes", kMaxStringBytes),
             fmt::format("{} bytes", length));
    }
    require(length, what);
    std::string value(reinterpret_cast<const char*>(bytes_.data()) + at_, length);
    at_ += length;
    return value;
  }

  bool boolean() {
    const auto value = number<uint8_t>("a bool");
    if (value > 1) refuse("a bool is neither 0 nor 1", "0 or 1", std::to_string(value));
    return value == 1;
  }

 private:
  static constexpr uint64_t kMaxStringBytes = uint64_t{1} << 30;

  const Path& path_;
  std::span<const std::byte> bytes_;
  uint64_t at_ = 0;
  std::string item_;
};

/// `count` keys with their values; refuses an empty key, one that occurs twice, unknown types.
GgufMetadata read_gguf_metadata(GgufCursor& in, uint64_t count);

}  // namespace twofold::formats
