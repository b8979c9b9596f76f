#pragma once
// NF4: weights in 4 bits (Dettmers et al. 2023, QLoRA, arXiv 2305.14314), laid out as bitsandbytes
// does. Each block of 64 weights is scaled by its largest magnitude and every weight becomes the
// nearest of 16 levels; the scales are quantised in turn, to 8 bits in blocks of 256 ("double
// quantisation"). About 4.13 bits a weight.

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

namespace twofold {

inline constexpr int64_t kNf4Block = 64;        ///< weights that share a scale
inline constexpr int64_t kNf4ScaleBlock = 256;  ///< scales that share a scale_max

/// n values of a flat float tensor.
struct Nf4 {
  int64_t size = 0;       ///< n
  at::Tensor codes = {};  ///< (⌈n/2⌉) uint8; an even element is in the high nibble
  at::Tensor scales = {};  ///< (⌈n/64⌉) uint8: (scale − offset) / its block's maximum, as a code
  at::Tensor scale_max = {};     ///< (⌈⌈n/64⌉/256⌉) float32
  at::Tensor scale_offset = {};  ///< () float32: mean of the scales
};

Nf4 moved_to(at::Device device, const Nf4& packed);
/// Uninitialised tensors in host memory, of the sizes that n values need.
Nf4 nf4_of_size(int64_t n);
/// Bytes that n values take.
int64_t nf4_bytes(int64_t n);
/// `flat`: one dimension, any float dtype. A NaN or an infinity in it is an Error. The host does
/// the packing; the result is on the device of `flat`.
Nf4 quantize_nf4(const at::Tensor& flat);
/// (n) in `dtype` (float32, bfloat16 or float64), on the device of `packed`. The host does not
/// wait.
at::Tensor dequantize_nf4(const Nf4& packed, at::ScalarType dtype);

/// The 16 levels, ascending.
const std::array<float, 16>& nf4_levels();
/// The signed dynamic map of 8-bit codes (Dettmers et al. 2021, arXiv 2110.02861), ascending.
const std::array<float, 256>& dynamic_levels();

}  // namespace twofold
