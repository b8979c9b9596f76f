#pragma once
// The frame of W&B's .wandb files: LevelDB's log format with a head of its own and zlib's CRC-32.
// https://github.com/google/leveldb/blob/main/doc/log_format.md

#include <optional>
#include <string>
#include <string_view>

namespace twofold::formats {

/// What a file begins with.
std::string wandb_log_head();

/// A record as the bytes to append to a file that is `position` bytes long.
std::string wandb_log_record(std::string_view bytes, size_t position);

/// The records of a file, one after the other.
class WandbLogReader {
 public:
  /// A file that begins otherwise has no records.
  explicit WandbLogReader(std::string_view file);
  /// Nothing at the end, and where a record is torn or damaged.
  std::optional<std::string> next();
  /// The end of the last record: so much of the file is sound.
  size_t position() const { return sound_; }

 private:
  struct Chunk {
    int type = 0;
    std::string_view bytes = {};
  };
  std::optional<Chunk> chunk();
  std::string_view file_;
  size_t at_ = 0, sound_ = 0;
};

}  // namespace twofold::formats
