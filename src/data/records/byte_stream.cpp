#include "data/records/byte_stream.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "data/records/gzip.h"
#include "data/records/zstd.h"

namespace twofold::records {
namespace {

class PlainStream : public ByteStream {
 public:
  PlainStream(const Path& path, int64_t start) : path_(path), file_(path, O_RDONLY), taken_(start) {
    if (start > 0 && lseek(file_.get(), start, SEEK_SET) < 0) fail_io("seek in", path, errno);
  }
  size_t read(std::span<char> bytes) override {
    const size_t got = read_up_to(file_, std::as_writable_bytes(bytes), path_);
    taken_ += static_cast<int64_t>(got);
    return got;
  }
  int64_t taken() const override { return taken_; }
  bool compressed() const override { return false; }

 private:
  Path path_;
  Descriptor file_;
  int64_t taken_;
};

}  // namespace

std::unique_ptr<ByteStream> open_plain(const Path& path, int64_t start) {
  return std::make_unique<PlainStream>(path, start);
}

std::unique_ptr<ByteStream> open_stream(const Path& path) {
  constexpr std::string_view kGzip = "\x1F\x8B\x08", kZstd = "\x28\xB5\x2F\xFD";
  std::array<char, 4> head{};
  auto plain = open_plain(path);
  const std::string_view start(head.data(), plain->read(head));
  if (start.starts_with(kGzip)) return gunzip(open_plain(path));
  if (start.starts_with(kZstd)) return unzstd(open_plain(path));
  return open_plain(path);
}

}  // namespace twofold::records
