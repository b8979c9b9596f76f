#pragma once
// The safetensors file format (as of huggingface/safetensors 0.8, a Rust crate): a strict reader
// over a memory mapping, and a streaming writer. The writer's files are byte-identical to the
// crate's; the reader rejects whatever the crate rejects, and duplicate keys as well. Nothing is
// allocated from a size before that size is checked.

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"
#include "formats/dtype.h"

namespace twofold::formats {

/// The format's cap on the header, read and written.
inline constexpr uint64_t kMaxHeaderBytes = 100'000'000;

/// One tensor of a file: row-major, little-endian, bytes [begin, end) of the data section.
struct TensorEntry {
  std::string name;
  DType dtype;
  std::vector<int64_t> shape;
  uint64_t begin = 0;
  uint64_t end = 0;
};

class SafetensorsFile {
 public:
  /// Maps and validates. Throws an Error naming the file, the byte, the tensor and the broken rule.
  /// Fields of a tensor entry beyond dtype, shape and data_offsets are ignored, as the Rust crate
  /// ignores them.
  explicit SafetensorsFile(const Path& path);

  const std::vector<TensorEntry>& tensors() const { return tensors_; }  ///< in file order
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const TensorEntry* find(const std::string& name) const;
  /// The bytes of a tensor: a view into the mapping, not necessarily aligned.
  std::span<const std::byte> bytes(const TensorEntry& entry) const;
  const Path& path() const { return file_.path(); }

 private:
  MappedFile file_;
  uint64_t data_start_ = 0;
  std::vector<TensorEntry> tensors_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, size_t> index_;
};

/// A tensor to be written: `bytes` must stay valid until write_safetensors returns.
struct TensorToWrite {
  std::string name;
  DType dtype;
  std::vector<int64_t> shape;
  std::span<const std::byte> bytes;
};

/// Writes and syncs one file (not atomically: checkpoints publish whole folders). Tensors are laid
/// out as the Rust crate does (dtype descending, then name). Throws an Error for a header above
/// kMaxHeaderBytes, names or metadata that are not UTF-8, and a write that the disk refuses.
void write_safetensors(const Path& path, std::vector<TensorToWrite> tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace twofold::formats
