#pragma once
// The GGUF file format, versions 2 and 3 (ggml-org/ggml, docs/gguf.md): strict reader over a
// mapping, streaming writer of version 3. Rejects whatever ggml's own reader rejects. Nothing is
// allocated from a size before that size is checked against the bytes that are there.

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/files.h"
#include "formats/ggml_type.h"

namespace twofold::formats {

inline constexpr size_t kGgufMaxNameBytes = 63;  ///< of a tensor's name
inline constexpr size_t kGgufMaxDimensions = 4;
inline constexpr uint64_t kGgufDefaultAlignment = 32;
inline constexpr const char* kGgufAlignmentKey = "general.alignment";

/// An array in the metadata. The index of an alternative is its type's id in the file.
using GgufArray =
    std::variant<std::vector<uint8_t>, std::vector<int8_t>, std::vector<uint16_t>,
                 std::vector<int16_t>, std::vector<uint32_t>, std::vector<int32_t>,
                 std::vector<float>, std::vector<bool>, std::vector<std::string>, std::monostate,
                 std::vector<uint64_t>, std::vector<int64_t>, std::vector<double>>;
/// A value in the metadata. The index of an alternative is its type's id in the file.
using GgufValue = std::variant<uint8_t, int8_t, uint16_t, int16_t, uint32_t, int32_t, float, bool,
                               std::string, GgufArray, uint64_t, int64_t, double>;

/// Keys and values in the file's order.
using GgufMetadata = std::vector<std::pair<std::string, GgufValue>>;

/// One tensor of a file; bytes [begin, end) of the data section.
struct GgufTensor {
  std::string name;
  uint32_t type = 0;           ///< ggml's id; see ggml_layout
  std::vector<int64_t> shape;  ///< row-major: slowest dimension first (the reverse of the file's)
  uint64_t begin = 0, end = 0;

  uint64_t elements() const;
};

class GgufFile {
 public:
  /// Maps and validates. Throws an Error naming the file, the byte, the key or tensor and the
  /// broken rule.
  explicit GgufFile(const Path& path);

  uint32_t version() const { return version_; }
  const GgufMetadata& metadata() const { return metadata_; }
  const std::vector<GgufTensor>& tensors() const { return tensors_; }  ///< in file order
  const GgufTensor* find(const std::string& name) const;
  /// The value of `key`, or none.
  const GgufValue* value(const std::string& key) const;
  /// The text of `key`; empty if it is absent or no text.
  std::string text(const std::string& key) const;
  std::span<const std::byte> bytes(const GgufTensor& tensor) const;
  const Path& path() const { return file_.path(); }

 private:
  MappedFile file_;
  uint32_t version_ = 0;
  uint64_t data_start_ = 0;
  GgufMetadata metadata_;
  std::vector<GgufTensor> tensors_;
  std::map<std::string, size_t> index_;
};

/// "f32", "array of string", … for errors and tables.
std::string gguf_type_name(const GgufValue& value);

/// A tensor that is going to be written; `shape` is row-major, its last dimension whole blocks.
struct GgufTensorToWrite {
  std::string name;
  GgmlType type = GgmlType::kF32;
  std::vector<int64_t> shape;
};

/// Writes one file: the header at once, then the tensors' values in the order given, in pieces.
class GgufWriter {
 public:
  /// Writes the header. Throws an Error if the disk refuses the write.
  GgufWriter(const Path& path, const GgufMetadata& metadata,
             std::vector<GgufTensorToWrite> tensors);
  /// The next values of the current tensor: whole rows, converted to its type. Moves on to the next
  /// tensor when it is full.
  void append(std::span<const float> rows);
  /// Syncs; every tensor must be full.
  void close();

 private:
  void pad();
  uint64_t elements_left() const;

  OutputFile file_;
  std::vector<GgufTensorToWrite> tensors_;
  size_t current_ = 0;
  uint64_t written_ = 0;  // elements of the current tensor
  std::vector<std::byte> buffer_;
};

}  // namespace twofold::formats
