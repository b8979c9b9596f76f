#pragma once
// A file read from its start to its end, by character or by line, with the place reached.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/files.h"
#include "data/records/byte_stream.h"

namespace twofold::records {

/// A place in an unpacked file.
struct Place {
  int64_t offset = 0;
  int64_t line = 1;
};

class Input {
 public:
  /// `start`: a place() of an earlier Input over the same file. A byte order mark at the start of
  /// the file is passed over.
  explicit Input(const Path& path, const Place& start = {});

  /// The next line without its end ("\n" or "\r\n"), replacing `line`; false at the end.
  bool take_line(std::string& line);
  bool ended_by_crlf() const { return crlf_; }  ///< the line that was taken last
  static constexpr int kEnd = -1;
  int peek() { return at_ < buffered_ || fill() ? static_cast<unsigned char>(buffer_[at_]) : kEnd; }
  int take() {
    const int letter = peek();
    if (letter == kEnd) return kEnd;
    ++at_;
    place_.line += letter == '\n' ? 1 : 0;
    ++place_.offset;
    return letter;
  }

  const Place& place() const { return place_; }
  bool resumed() const { return resumed_; }  ///< it began within the file
  const Path& path() const { return path_; }
  std::string where() const;  ///< file:line
  /// How many bytes of the file itself were read, some of them ahead of place().
  int64_t taken() const { return stream_->taken(); }

 private:
  bool fill();  // once the buffer is used up; false at the end
  void skip_to(const Place& start);

  Path path_;
  std::unique_ptr<ByteStream> stream_;
  std::string buffer_;
  size_t at_ = 0, buffered_ = 0;
  Place place_;
  bool resumed_;
  bool crlf_ = false;
};

}  // namespace twofold::records
