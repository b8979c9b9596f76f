#include "data/tokenize/row_spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <string_view>

#include "data/tokenize/run.h"

namespace twofold {
namespace {

// An entry of the index is the byte at which a row ends, and whether there is one.
constexpr uint64_t kLeftOut = uint64_t{1} << 63;
constexpr size_t kTokenBytes = sizeof(int32_t) + 1;  // an id, and whether it is trained on

/// Fills `bytes` from byte `at` of a file, which has them.
void read_at(const Descriptor& file, const Path& path, uint64_t at, std::span<std::byte> bytes) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t got =
        pread(file.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(at + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail_io("read", path, got < 0 ? errno : EIO);
    done += static_cast<size_t>(got);
  }
}

}  // namespace

RowSpool::RowSpool(ResumableOutput& output, size_t rows_file, size_t index_file)
    : output_(output),
      rows_file_(rows_file),
      index_file_(index_file),
      end_(output.file(rows_file).position()) {}

void RowSpool::append(const Encoded& row) {
  output_.file(rows_file_).write(bytes_of(row.ids));
  output_.file(rows_file_).write(std::as_bytes(std::span(row.trained)));
  end_ += row.ids.size() * kTokenBytes;
  append_end(/*left_out=*/false);
}

void RowSpool::append_nothing() { append_end(/*left_out=*/true); }

void RowSpool::append_end(bool left_out) {
  const uint64_t entry = end_ | (left_out ? kLeftOut : 0);
  output_.file(index_file_).write(std::as_bytes(std::span(&entry, 1)));
}

SpooledRows::SpooledRows(const ResumableOutput& output, size_t rows_file, size_t index_file)
    : rows_path_(output.path_of(rows_file)),
      index_path_(output.path_of(index_file)),
      rows_(rows_path_, O_RDONLY),
      index_(index_path_, O_RDONLY) {}

std::optional<Encoded> SpooledRows::row(int64_t number) const {
  std::array<uint64_t, 2> ends{};  // of the row before, and of this one
  const auto place = static_cast<uint64_t>(number) * sizeof(uint64_t);
  const std::span<uint64_t> wanted = std::span(ends).subspan(number == 0 ? 1 : 0);
  read_at(index_, index_path_, number == 0 ? 0 : place - sizeof(uint64_t),
          std::as_writable_bytes(wanted));
  if (ends[1] & kLeftOut) return std::nullopt;
  const uint64_t begin = ends[0] & ~kLeftOut;
  const size_t count = (ends[1] - begin) / kTokenBytes;
  Encoded row{.ids = std::vector<int32_t>(count), .trained = std::vector<uint8_t>(count)};
  read_at(rows_, rows_path_, begin, std::as_writable_bytes(std::span(row.ids)));
  read_at(rows_, rows_path_, begin + count * sizeof(int32_t),
          std::as_writable_bytes(std::span(row.trained)));
  return row;
}

}  // namespace twofold
