#include "data/records/zstd.h"

#include <zstd.h>

#include "base/error.h"
#include "data/records/unpacking.h"

namespace twofold::records {
namespace {

class ZstdStream : public UnpackingStream {
 public:
  explicit ZstdStream(std::unique_ptr<ByteStream> packed)
      : UnpackingStream(std::move(packed)), state_(ZSTD_createDStream(), ZSTD_freeDStream) {
    TWOFOLD_EXPECT(state_ != nullptr, "zstd starts");
  }

  void unpack(std::span<char> bytes, size_t& done) override {
    ZSTD_outBuffer out{bytes.data(), bytes.size(), 0};
    while (done < bytes.size() && (pending_ || in_.pos < in_.size || fill())) {
      const size_t code = ZSTD_decompressStream(state_.get(), &out, &in_);
      done = out.pos;
      judge(code, done == bytes.size());
    }
  }

 private:
  bool fill() {
    const std::span<char> packed = more();
    in_ = {packed.data(), packed.size(), 0};
    if (packed.empty() && inside_) {
      refuse("a compressed file is cut short", "the end of the file, within what zstd packed");
    }
    return !packed.empty();
  }

  void judge(size_t code, bool full) {
    if (ZSTD_isError(code)) refuse("a compressed file is damaged", ZSTD_getErrorName(code));
    inside_ = code != 0;
    pending_ = inside_ && full;
  }

  std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> state_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  bool inside_ = true;    // a frame
  bool pending_ = false;  // all input may be taken while there is more for the output
};

}  // namespace

std::unique_ptr<ByteStream> unzstd(std::unique_ptr<ByteStream> packed) {
  return std::make_unique<ZstdStream>(std::move(packed));
}

}  // namespace twofold::records
