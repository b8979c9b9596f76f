#include "formats/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "formats/file_kind.h"
#include "formats/json.h"

namespace twofold::formats {
namespace {

using nlohmann::json;
static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr uint64_t kSizeBytes = sizeof(uint64_t);  // the header's length comes first
constexpr const char* kMetadataKey = "__metadata__";
constexpr const char* kDamagedHint =
    "the file is damaged or was not written completely: copy or download it again";

/// What is known of the file while it is checked, and the way every breach is reported.
struct Source {
  const Path& path;
  uint64_t file_bytes = 0;
  uint64_t header_bytes = 0;

  uint64_t data_start() const { return kSizeBytes + header_bytes; }

  [[noreturn]] void refuse(uint64_t byte, const std::string* tensor, std::string what,
                           std::string expected, std::string found,
                           std::string hint = kDamagedHint) const {
    std::string where = fmt::format("{}, byte {}", path.string(), byte);
    if (tensor) where += fmt::format(", tensor `{}`", printable(*tensor));
    fail({std::move(what), std::move(where), std::move(expected), std::move(found),
          std::move(hint)});
  }
};

/// The header's text. Checks its length against the file before looking at a byte of it.
std::string_view header_text(Source& source, std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.substr(0, kSizeBytes + 1).find('{', kSizeBytes) == text.npos)
    refuse_known_kind(text, source.path.string(), "a safetensors file");
  if (bytes.size() < kSizeBytes) {
    source.refuse(0, nullptr, "safetensors file is too short", "at least 8 bytes",
                  fmt::format("{} bytes", bytes.size()), kDamagedHint);
  }
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kSizeBytes);
  if (length > kMaxHeaderBytes) {
    source.refuse(0, nullptr, "safetensors header is too large",
                  fmt::format("at most {} bytes", kMaxHeaderBytes), fmt::format("{} bytes", length),
                  "this may not be a safetensors file at all");
  }
  if (length > bytes.size() - kSizeBytes) {
    source.refuse(0, nullptr, "safetensors header goes beyond the end of the file",
                  fmt::format("at most {} bytes", bytes.size() - kSizeBytes),
                  fmt::format("{} bytes", length), kDamagedHint);
  }
  source.header_bytes = length;
  return text.substr(kSizeBytes, length);
}

std::map<std::string, std::string> read_metadata(const Source& source, uint64_t byte,
                                                 const json& value) {
  const std::string name = kMetadataKey;
  if (value.is_null()) return {};  // as the reference reads it
  if (!value.is_object()) {
    source.refuse(byte, &name, "safetensors metadata is not an object", "an object of texts",
                  value.type_name());
  }
  std::map<std::string, std::string> metadata;
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) {
      source.refuse(byte, &name, "safetensors metadata value is not a text",
                    fmt::format("a text for `{}`", printable(key)), text.type_name());
    }
    metadata.emplace(key, text.get<std::string>());
  }
  return metadata;
}

/// Reads one header entry; every check that needs no other tensor is here.
class EntryReader {
 public:
  EntryReader(const Source& source, uint64_t byte, const std::string& name, const json& value)
      : source_(source), byte_(byte), name_(name), value_(value) {}

  TensorEntry read() const {
    if (!value_.is_object())
      refuse("tensor entry is not an object", "an object", value_.type_name());
    TensorEntry entry{name_, dtype(), {}, 0, 0};
    const uint64_t elements = read_shape(entry.shape);
    read_offsets(entry);
    uint64_t expected = 0;
    if (__builtin_mul_overflow(elements, size_of(entry.dtype), &expected)) refuse_overflow();
    if (entry.end - entry.begin != expected) {
      refuse("tensor's bytes do not match its shape and dtype", fmt::format("{} bytes", expected),
             fmt::format("{} bytes", entry.end - entry.begin));
    }
    return entry;
  }

 private:
  [[noreturn]] void refuse(std::string what, std::string expected, std::string found) const {
    source_.refuse(byte_, &name_, std::move(what), std::move(expected), std::move(found));
  }

  [[noreturn]] void refuse_overflow() const {
    refuse("tensor's size overflows 64 bits", "a shape whose bytes can be counted",
           printable(value_.at("shape").dump()));
  }

  const json& member(const char* key) const {
    auto it = value_.find(key);
    if (it == value_.end()) {
      refuse(fmt::format("tensor entry has no {}", key), "dtype, shape and data_offsets",
             printable(value_.dump()));
    }
    return *it;
  }

  DType dtype() const {
    const json& value = member("dtype");
    if (!value.is_string()) refuse("dtype is not a text", supported_dtypes(), value.type_name());
    const auto& name = value.get_ref<const std::string&>();
    if (auto found = dtype_from_safetensors(name)) return *found;
    refuse(is_unsupported_safetensors_dtype(name) ? "dtype is not supported" : "dtype is unknown",
           supported_dtypes(), printable(name));
  }

  const json::array_t& array(const char* key) const {
    const json& value = member(key);
    if (!value.is_array())
      refuse(fmt::format("{} is not a list", key), "a list", value.type_name());
    return value.get_ref<const json::array_t&>();
  }

  uint64_t count(const char* key, const json& value) const {
    if (!value.is_number_unsigned()) {
      refuse(fmt::format("{} holds something else than a count", key),
             "whole numbers from 0 to 2^64 - 1", printable(value.dump()));
    }
    return value.get<uint64_t>();
  }

  /// Fills the shape and returns its product.
  uint64_t read_shape(std::vector<int64_t>& shape) const {
    uint64_t elements = 1;
    for (const json& value : array("shape")) {
      const uint64_t size = count("shape", value);
      if (size > INT64_MAX || __builtin_mul_overflow(elements, size, &elements)) refuse_overflow();
      shape.push_back(static_cast<int64_t>(size));
    }
    return elements;
  }

  void read_offsets(TensorEntry& entry) const {
    const json::array_t& offsets = array("data_offsets");
    if (offsets.size() != 2) {
      refuse("data_offsets is not a pair", "[begin, end]",
             fmt::format("{} entries", offsets.size()));
    }
    entry.begin = count("data_offsets", offsets[0]);
    entry.end = count("data_offsets", offsets[1]);
    if (entry.end < entry.begin) {
      refuse("data_offsets end before they begin", "begin <= end",
             printable(value_["data_offsets"].dump()));
    }
  }

  const Source& source_;
  uint64_t byte_;
  const std::string& name_;
  const json& value_;
};

/// Puts the tensors in file order and checks that together they are exactly the data section.
void check_layout(const Source& source, std::vector<TensorEntry>& tensors) {
  std::stable_sort(tensors.begin(), tensors.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  const uint64_t data_bytes = source.file_bytes - source.data_start();
  uint64_t reached = 0;
  for (const TensorEntry& entry : tensors) {
    if (entry.begin != reached) {
      source.refuse(source.data_start() + std::min(reached, data_bytes), &entry.name,
                    entry.begin > reached ? "hole before a tensor's data"
                                          : "tensor's data overlap another tensor's",
                    fmt::format("data_offsets that begin at {}", reached),
                    fmt::format("{}", entry.begin));
    }
    if (entry.end > data_bytes) {
      source.refuse(source.file_bytes, &entry.name, "safetensors file is truncated",
                    fmt::format("data up to byte {} of the data section", entry.end),
                    fmt::format("{} bytes of data", data_bytes), kDamagedHint);
    }
    reached = entry.end;
  }
  if (reached != data_bytes) {
    source.refuse(source.data_start() + reached, nullptr, "bytes after the last tensor",
                  fmt::format("a file of {} bytes", source.data_start() + reached),
                  fmt::format("{} bytes", source.file_bytes), kDamagedHint);
  }
}

}  // namespace

SafetensorsFile::SafetensorsFile(const Path& path) : file_(path) {
  Source source{path, file_.bytes().size(), 0};
  const std::string_view text = header_text(source, file_.bytes());
  data_start_ = source.data_start();
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos || text[first] != '{') {
    source.refuse(kSizeBytes, nullptr, "safetensors header is not a JSON object", "`{`",
                  printable(text, 20), "this may not be a safetensors file at all");
  }
  KeyOffsets offsets;
  const json header = parse_json(text, path.string() + " (header)", &offsets);
  for (const auto& [name, value] : header.items()) {
    const uint64_t byte = kSizeBytes + offsets.at(name);
    if (name == kMetadataKey) {
      metadata_ = read_metadata(source, byte, value);
    } else {
      tensors_.push_back(EntryReader(source, byte, name, value).read());
    }
  }
  check_layout(source, tensors_);
  for (size_t i = 0; i < tensors_.size(); ++i) index_.emplace(tensors_[i].name, i);
}

const TensorEntry* SafetensorsFile::find(const std::string& name) const {
  auto it = index_.find(name);
  return it == index_.end() ? nullptr : &tensors_[it->second];
}

std::span<const std::byte> SafetensorsFile::bytes(const TensorEntry& entry) const {
  TWOFOLD_EXPECT(entry.begin <= entry.end && entry.end <= file_.bytes().size() - data_start_,
                 "the entry belongs to another file");
  return file_.bytes().subspan(data_start_ + entry.begin, entry.end - entry.begin);
}

}  // namespace twofold::formats
