#pragma once
// Element types of GGUF tensors (ggml's), and conversions of rows of floats to and from the types
// that twofold writes. The conversions give the same bits as ggml's: round to nearest even for f16
// and bf16, ggml's reference quantisation for q8_0.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace twofold::formats {

/// The types that twofold converts; the values are ggml's ids. Of the others it knows only size and
/// name (ggml_layout).
enum class GgmlType : uint32_t { kF32 = 0, kF16 = 1, kQ8_0 = 8, kBF16 = 30 };

/// Rows are made of blocks of `elements` values in `bytes` bytes.
struct GgmlLayout {
  std::string_view name;  ///< "Q8_0"
  uint64_t elements = 1;
  uint64_t bytes = 0;
};

/// The layout of type `id`; none for an id that ggml does not have.
std::optional<GgmlLayout> ggml_layout(uint32_t id);
GgmlLayout ggml_layout(GgmlType type);

/// True if decode_row and encode_row know the type.
bool is_convertible(uint32_t id);

/// Bytes that `elements` values take; `elements` is a multiple of the block's.
uint64_t ggml_bytes(GgmlType type, uint64_t elements);

/// Converts `values`, whole blocks, to bytes; `out` has ggml_bytes(type, values.size()) bytes.
void encode_ggml(GgmlType type, std::span<const float> values, std::span<std::byte> out);

/// The inverse, exact for every type.
void decode_ggml(GgmlType type, std::span<const std::byte> bytes, std::span<float> out);

}  // namespace twofold::formats
