// The reader of gguf.h.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <tuple>

#include "base/error.h"
#include "base/shape.h"
#include "formats/gguf.h"
#include "formats/gguf_cursor.h"
#include "formats/json.h"

namespace twofold::formats {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

struct Counts {
  uint32_t version = 0;
  uint64_t tensors = 0, values = 0;
};

Counts read_counts(GgufCursor& in) {
  constexpr uint32_t kMagic = 0x46554747;  // "GGUF"
  if (in.left() < 4 || in.number<uint32_t>("the magic number") != kMagic) {
    in.refuse("not a GGUF file", "the bytes `GGUF` first", "something else");
  }
  Counts counts{.version = in.number<uint32_t>("the version")};
  if (counts.version != 0 && (counts.version & 0xFFFF) == 0) {
    in.refuse("GGUF file is big-endian", "little-endian numbers",
              fmt::format("version 0x{:08x}", counts.version));
  }
  if (counts.version < 2 || counts.version > 3) {
    in.refuse("GGUF version is not supported", "2 or 3", std::to_string(counts.version),
              counts.version > 3 ? "the file is newer than this twofold" : "convert it once more");
  }
  counts.tensors = in.number<uint64_t>("the number of tensors");
  counts.values = in.number<uint64_t>("the number of metadata values");
  // The least that one can take: an empty name with its length, dimensions, type and offset; an
  // empty key with its length, a type and one byte.
  for (const auto& [count, least, what] :
       {std::tuple{counts.tensors, 24, "tensors"}, std::tuple{counts.values, 13, "values"}}) {
    if (count <= in.left() / static_cast<uint64_t>(least)) continue;
    in.refuse(fmt::format("GGUF file counts more {} than it can hold", what),
              fmt::format("at most {}", in.left() / static_cast<uint64_t>(least)),
              std::to_string(count), kGgufDamagedHint);
  }
  return counts;
}

uint64_t read_alignment(GgufCursor& in, const GgufMetadata& metadata) {
  for (const auto& [key, value] : metadata) {
    if (key != kGgufAlignmentKey) continue;
    in.name(fmt::format("key `{}`", key));
    const auto* alignment = std::get_if<uint32_t>(&value);
    if (!alignment || !std::has_single_bit(*alignment)) {
      in.refuse("the alignment is none", "a power of two of type u32",
                alignment ? std::to_string(*alignment) : gguf_type_name(value));
    }
    return *alignment;
  }
  return kGgufDefaultAlignment;
}

/// Reads the dimensions, fastest first as in the file, and checks that the elements can be counted.
std::vector<int64_t> read_dimensions(GgufCursor& in) {
  const auto count = in.number<uint32_t>("the number of dimensions");
  if (count > kGgufMaxDimensions) {
    in.refuse("tensor has too many dimensions", fmt::format("at most {}", kGgufMaxDimensions),
              std::to_string(count));
  }
  std::vector<int64_t> dimensions;
  int64_t elements = 1;
  for (uint32_t i = 0; i < count; ++i) {
    const auto size = in.number<int64_t>("a dimension");
    if (size < 0 || __builtin_mul_overflow(elements, size, &elements)) {
      in.refuse("tensor's elements cannot be counted", "dimensions with a product below 2^63",
                fmt::format("dimension {} of {}", i, size));
    }
    dimensions.push_back(size);
  }
  return dimensions;
}

uint64_t data_bytes(GgufCursor& in, uint32_t type, const GgufTensor& tensor) {
  const auto layout = ggml_layout(type);
  if (!layout) in.refuse("tensor of an unknown type", "a type of ggml", std::to_string(type));
  const uint64_t row = tensor.shape.empty() ? 1 : static_cast<uint64_t>(tensor.shape.back());
  if (row % layout->elements != 0) {
    in.refuse("a row is not a whole number of blocks",
              fmt::format("a multiple of {} ({})", layout->elements, layout->name),
              std::to_string(row));
  }
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(tensor.elements() / layout->elements, layout->bytes, &bytes)) {
    in.refuse("tensor's size overflows 64 bits", "bytes that can be counted", "more");
  }
  return bytes;
}

GgufTensor read_tensor_info(GgufCursor& in, uint64_t index) {
  in.name(fmt::format("tensor {}", index));
  GgufTensor tensor;
  tensor.name = in.text("a tensor's name");
  in.name(fmt::format("tensor `{}`", printable(tensor.name)));
  if (tensor.name.size() > kGgufMaxNameBytes) {
    in.refuse("tensor's name is too long", fmt::format("at most {} bytes", kGgufMaxNameBytes),
              fmt::format("{} bytes", tensor.name.size()));
  }
  tensor.shape = read_dimensions(in);
  std::reverse(tensor.shape.begin(), tensor.shape.end());
  tensor.type = in.number<uint32_t>("a tensor's type");
  const uint64_t bytes = data_bytes(in, tensor.type, tensor);
  tensor.begin = in.number<uint64_t>("a tensor's offset");
  if (__builtin_add_overflow(tensor.begin, bytes, &tensor.end)) {
    in.refuse("tensor's place overflows 64 bits", "an offset inside the file",
              std::to_string(tensor.begin));
  }
  return tensor;
}

}  // namespace

uint64_t GgufTensor::elements() const { return static_cast<uint64_t>(element_count(shape)); }

GgufFile::GgufFile(const Path& path) : file_(path) {
  GgufCursor in(path, file_.bytes());
  const Counts counts = read_counts(in);
  version_ = counts.version;
  metadata_ = read_gguf_metadata(in, counts.values);
  const uint64_t alignment = read_alignment(in, metadata_);
  uint64_t expected = 0;
  for (uint64_t i = 0; i < counts.tensors; ++i) {
    GgufTensor tensor = read_tensor_info(in, i);
    if (tensor.begin != expected) {
      in.refuse("tensor's data are not where they must be",
                fmt::format("offset {}: right after the tensor before, aligned to {}", expected,
                            alignment),
                std::to_string(tensor.begin));
    }
    if (__builtin_add_overflow(tensor.end, (alignment - tensor.end % alignment) % alignment,
                               &expected)) {
      in.refuse("tensor's place overflows 64 bits", "an offset inside the file", "more");
    }
    if (!index_.emplace(tensor.name, tensors_.size()).second) {
      in.refuse("tensor occurs twice", "each name once", printable(tensor.name));
    }
    tensors_.push_back(std::move(tensor));
  }
  in.name({});
  data_start_ = in.position() + (alignment - in.position() % alignment) % alignment;
  const uint64_t size = file_.bytes().size();
  for (const GgufTensor& tensor : tensors_) {
    if (data_start_ <= size && tensor.end <= size - data_start_) continue;
    in.name(fmt::format("tensor `{}`", printable(tensor.name)));
    in.refuse("GGUF file is truncated",
              fmt::format("data up to byte {} of the data section", tensor.end),
              fmt::format("{} bytes of data", size > data_start_ ? size - data_start_ : 0),
              kGgufDamagedHint);
  }
}

const GgufTensor* GgufFile::find(const std::string& name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &tensors_[found->second];
}

const GgufValue* GgufFile::value(const std::string& key) const {
  const auto found = std::find_if(metadata_.begin(), metadata_.end(),
                                  [&](const auto& entry) { return entry.first == key; });
  return found == metadata_.end() ? nullptr : &found->second;
}

std::string GgufFile::text(const std::string& key) const {
  const GgufValue* found = value(key);
  const auto* text = found ? std::get_if<std::string>(found) : nullptr;
  return text ? *text : "";
}

std::span<const std::byte> GgufFile::bytes(const GgufTensor& tensor) const {
  TWOFOLD_EXPECT(tensor.begin <= tensor.end && tensor.end <= file_.bytes().size() - data_start_,
                 "the tensor belongs to another file");
  return file_.bytes().subspan(data_start_ + tensor.begin, tensor.end - tensor.begin);
}

}  // namespace twofold::formats
