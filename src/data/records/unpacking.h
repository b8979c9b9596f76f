#pragma once
// What streams of compressed files have in common: a buffer of packed bytes.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "data/records/byte_stream.h"

namespace twofold::records {

class UnpackingStream : public ByteStream {
 public:
  explicit UnpackingStream(std::unique_ptr<ByteStream> packed)
      : packed_(std::move(packed)), buffer_(kBuffer, '\0') {}
  int64_t taken() const override { return packed_->taken(); }
  bool compressed() const override { return true; }
  /// What was unpacked in front of a fault is given first.
  size_t read(std::span<char> bytes) final {
    if (fault_) throw BadBytes(*fault_);
    size_t done = 0;
    try {
      unpack(bytes, done);
    } catch (const BadBytes& bad) {
      if (done == 0) throw;
      fault_ = bad;
    }
    return done;
  }

 protected:
  /// Fills `bytes`, of which the first `done` are filled at any time.
  virtual void unpack(std::span<char> bytes, size_t& done) = 0;
  /// The next packed bytes; none at the end of the file.
  std::span<char> more() { return std::span(buffer_).first(packed_->read(std::span(buffer_))); }
  [[noreturn]] static void refuse(std::string what, std::string found) {
    throw BadBytes{.what = std::move(what),
                   .expected = "a whole compressed file",
                   .found = std::move(found),
                   .hint = "get the file again, and compare its size with that of the original"};
  }

 private:
  static constexpr size_t kBuffer = size_t{1} << 16;
  std::unique_ptr<ByteStream> packed_;
  std::string buffer_;
  std::optional<BadBytes> fault_;
};

}  // namespace twofold::records
