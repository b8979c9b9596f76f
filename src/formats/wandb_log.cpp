#include "formats/wandb_log.h"

#include "formats/crc.h"
#include "formats/little_endian.h"

namespace twofold::formats {
namespace {

constexpr size_t kBlock = 32768, kChunkHead = 7;

enum ChunkType : int { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

ChunkType chunk_type(bool first, bool last) {
  if (first) return last ? kFull : kFirst;
  return last ? kLast : kMiddle;
}

uint32_t chunk_check(int type, std::string_view bytes) {
  const char head = static_cast<char>(type);
  return crc32(bytes, crc32({&head, 1}));
}

/// Zeros up to the next block where no head of a chunk fits into what is left of this one.
size_t padding(size_t position) {
  const size_t left = kBlock - position % kBlock;
  return left < kChunkHead ? left : 0;
}

}  // namespace

std::string wandb_log_head() { return {":W&B\xE1\xBE\0", 7}; }

std::string wandb_log_record(std::string_view bytes, size_t position) {
  std::string record;
  for (bool first = true;; first = false) {
    record.append(padding(position + record.size()), '\0');
    const size_t room = kBlock - (position + record.size()) % kBlock - kChunkHead;
    const std::string_view part = bytes.substr(0, room);
    bytes.remove_prefix(part.size());
    const ChunkType type = chunk_type(first, bytes.empty());
    append_little_endian(record, chunk_check(type, part));
    append_little_endian(record, static_cast<uint16_t>(part.size()));
    record += static_cast<char>(type);
    record += part;
    if (bytes.empty()) return record;
  }
}

WandbLogReader::WandbLogReader(std::string_view file) : file_(file) {
  const std::string head = wandb_log_head();
  if (file.starts_with(head)) {
    at_ = sound_ = head.size();
  } else {
    file_ = {};
  }
}

std::optional<WandbLogReader::Chunk> WandbLogReader::chunk() {
  at_ += padding(at_);
  if (at_ + kChunkHead > file_.size()) return {};
  const std::string_view head = file_.substr(at_, kChunkHead);
  const size_t length = read_little_endian<uint16_t>(head.substr(4));
  const Chunk chunk{head[6], file_.substr(at_ + kChunkHead, length)};
  if (chunk.bytes.size() < length) return {};
  if (read_little_endian<uint32_t>(head) != chunk_check(chunk.type, chunk.bytes)) return {};
  at_ += kChunkHead + length;
  return chunk;
}

std::optional<std::string> WandbLogReader::next() {
  std::string record;
  for (bool first = true;; first = false) {
    const std::optional<Chunk> part = chunk();
    const bool begins = part && (part->type == kFull || part->type == kFirst);
    if (!part || begins != first) return {};
    record += part->bytes;
    if (part->type == kFull || part->type == kLast) {
      sound_ = at_;
      return record;
    }
  }
}

}  // namespace twofold::formats
