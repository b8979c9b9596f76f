// The writer of safetensors.h, byte for byte what the Rust crate's `serialize_to_file` writes.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "formats/json.h"
#include "formats/safetensors.h"

namespace twofold::formats {
namespace {

constexpr size_t kAlignment = 8;

/// `text` as a JSON string. nlohmann escapes exactly what the crate's serializer escapes.
std::string quoted(const Path& path, const std::string& text) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::type_error&) {
    fail({.what = "a text for a safetensors header is not UTF-8",
          .where = path.string(),
          .expected = "UTF-8",
          .found = printable(text),
          .hint = "rename what has this name"});
  }
}

void check(const std::vector<TensorToWrite>& tensors) {
  for (size_t i = 0; i < tensors.size(); ++i) {
    const TensorToWrite& tensor = tensors[i];
    uint64_t bytes = size_of(tensor.dtype);
    for (int64_t size : tensor.shape) {
      TWOFOLD_EXPECT(
          size >= 0 && !__builtin_mul_overflow(bytes, static_cast<uint64_t>(size), &bytes),
          "shape of " + tensor.name + " cannot be");
    }
    TWOFOLD_EXPECT(bytes == tensor.bytes.size(),
                   "bytes of " + tensor.name + " do not fit its shape");
    TWOFOLD_EXPECT(tensor.name != "__metadata__", "a tensor has the name of the metadata");
  }
}

void check_names(const std::vector<TensorToWrite>& tensors) {
  std::vector<std::string_view> names;
  for (const TensorToWrite& tensor : tensors) names.push_back(tensor.name);
  std::sort(names.begin(), names.end());
  auto twice = std::adjacent_find(names.begin(), names.end());
  TWOFOLD_EXPECT(twice == names.end(), "two tensors are called " + std::string(*twice));
}

/// The header for tensors already in layout order, padded.
std::string header(const Path& path, const std::vector<TensorToWrite>& tensors,
                   const std::map<std::string, std::string>& metadata) {
  std::string text = "{";
  if (!metadata.empty()) {
    text += "\"__metadata__\":{";
    for (const auto& [key, value] : metadata) {
      text += fmt::format("{}{}:{}", text.back() == '{' ? "" : ",", quoted(path, key),
                          quoted(path, value));
    }
    text += "}";
  }
  uint64_t begin = 0;
  for (const TensorToWrite& tensor : tensors) {
    const uint64_t end = begin + tensor.bytes.size();
    text += fmt::format(R"({}{}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                        text.size() == 1 ? "" : ",", quoted(path, tensor.name),
                        safetensors_name(tensor.dtype), fmt::join(tensor.shape, ","), begin, end);
    begin = end;
  }
  text += "}";
  text.append((kAlignment - text.size() % kAlignment) % kAlignment, ' ');
  if (text.size() > kMaxHeaderBytes) {
    fail({.what = "safetensors header would be too large",
          .where = path.string(),
          .expected = fmt::format("at most {} bytes", kMaxHeaderBytes),
          .found = fmt::format("{} bytes for {} tensors", text.size(), tensors.size()),
          .hint = "write fewer tensors or less metadata to one file"});
  }
  return text;
}

}  // namespace

void write_safetensors(const Path& path, std::vector<TensorToWrite> tensors,
                       const std::map<std::string, std::string>& metadata) {
  check(tensors);
  check_names(tensors);
  std::sort(tensors.begin(), tensors.end(), [](const TensorToWrite& a, const TensorToWrite& b) {
    const int rank_a = layout_rank(a.dtype);
    const int rank_b = layout_rank(b.dtype);
    return rank_a != rank_b ? rank_a > rank_b : a.name < b.name;
  });
  const std::string text = header(path, tensors, metadata);
  const uint64_t length = text.size();
  OutputFile file(path, OutputFile::Mode::kTruncate);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(text);
  for (const TensorToWrite& tensor : tensors) file.write(tensor.bytes);
  file.close();
}

}  // namespace twofold::formats
