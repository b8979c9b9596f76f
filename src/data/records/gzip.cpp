#include "data/records/gzip.h"

#include <zlib.h>

#include "base/error.h"
#include "data/records/unpacking.h"

namespace twofold::records {
namespace {

class GzipStream : public UnpackingStream {
 public:
  explicit GzipStream(std::unique_ptr<ByteStream> packed) : UnpackingStream(std::move(packed)) {
    constexpr int kGzipOnly = 16;
    TWOFOLD_EXPECT(inflateInit2(&state_, MAX_WBITS + kGzipOnly) == Z_OK, "zlib starts");
  }
  ~GzipStream() override { inflateEnd(&state_); }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  void unpack(std::span<char> bytes, size_t& done) override {
    state_.next_out = reinterpret_cast<Bytef*>(bytes.data());
    state_.avail_out = static_cast<uInt>(bytes.size());
    while (done < bytes.size() && fill() && next_member()) {
      const int code = inflate(&state_, Z_NO_FLUSH);
      done = bytes.size() - state_.avail_out;
      judge(code);
    }
  }

 private:
  /// False at the end of the file, which must be the end of a member.
  bool fill() {
    if (state_.avail_in > 0) return true;
    const std::span<char> packed = more();
    state_.next_in = reinterpret_cast<Bytef*>(packed.data());
    state_.avail_in = static_cast<uInt>(packed.size());
    if (packed.empty() && inside_) {
      refuse("a compressed file is cut short", "the end of the file, within what gzip packed");
    }
    return !packed.empty();
  }

  /// Begins a member where one ended. False if nothing but zeros is left, as tapes have.
  bool next_member() {
    if (inside_) return true;
    while (state_.avail_in > 0 && *state_.next_in == 0) {
      ++state_.next_in;
      --state_.avail_in;
    }
    if (state_.avail_in == 0) return next_is_there();
    inflateReset(&state_);
    return inside_ = true;
  }
  bool next_is_there() { return fill() && next_member(); }

  void judge(int code) {
    if (code == Z_STREAM_END) inside_ = false;
    if (code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR) return;
    refuse("a compressed file is damaged",
           state_.msg ? state_.msg : "bytes that gzip did not make");
  }

  z_stream state_{};
  bool inside_ = true;  // a member
};

}  // namespace

std::unique_ptr<ByteStream> gunzip(std::unique_ptr<ByteStream> packed) {
  return std::make_unique<GzipStream>(std::move(packed));
}

}  // namespace twofold::records
