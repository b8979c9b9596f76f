#include "tensor/nf4.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "tensor/finite.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

int64_t blocks_of(int64_t n, int64_t block) { return (n + block - 1) / block; }

std::array<float, 256> make_dynamic_levels() {
  // Seven decades; decade i has 2^i magnitudes, the middles of equal parts of [0.1, 1]; and 0
  // and 1. In float32 by torch, as bitsandbytes does it: the last bit counts.
  std::array<float, 256> levels{};
  size_t count = 0;
  for (int i = 0; i < 7; ++i) {
    const int64_t parts = int64_t{1} << i;
    const at::Tensor edges = at::linspace(0.1, 1.0, parts + 1, at::kFloat);
    const at::Tensor middles = (edges.narrow(0, 0, parts) + edges.narrow(0, 1, parts)) / 2.0;
    const at::Tensor decade = middles * std::pow(10.0, i - 6);
    for (int64_t part = 0; part < parts; ++part) {
      const float level = decade.const_data_ptr<float>()[part];
      levels[count++] = level;
      levels[count++] = -level;
    }
  }
  levels[count++] = 0.0f;
  levels[count++] = 1.0f;
  std::sort(levels.begin(), levels.end());
  return levels;
}

/// Index of the level nearest to x; of two equally near ones the lower.
template <size_t N>
uint8_t nearest(const std::array<float, N>& levels, float x) {
  const auto above = std::lower_bound(levels.begin(), levels.end(), x);
  if (above == levels.begin()) return 0;
  const auto below = above - 1;
  const bool upper = above != levels.end() && *above - x < x - *below;
  return static_cast<uint8_t>((upper ? above : below) - levels.begin());
}

float largest_magnitude(const float* x, int64_t n) {
  float largest = 0;
  for (int64_t i = 0; i < n; ++i) largest = std::max(largest, std::abs(x[i]));
  return largest;
}

/// x / largest; 0 where the whole block is 0.
float inverse(float largest) { return largest > 0 ? 1.0f / largest : 0.0f; }

/// The scale of each block of weights, and their codes.
at::Tensor pack_weights(const at::Tensor& flat, uint8_t* codes) {
  const int64_t n = flat.numel(), blocks = blocks_of(n, kNf4Block);
  at::Tensor scales = at::empty({blocks}, at::kFloat);
  const float* x = flat.const_data_ptr<float>();
  float* scale = scales.mutable_data_ptr<float>();
  at::parallel_for(0, blocks, 256, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const int64_t first = block * kNf4Block, last = std::min(first + kNf4Block, n);
      scale[block] = largest_magnitude(x + first, last - first);
      const float factor = inverse(scale[block]);
      for (int64_t i = first; i < last; i += 2) {
        const uint8_t high = nearest(nf4_levels(), x[i] * factor);
        const uint8_t low = i + 1 < last ? nearest(nf4_levels(), x[i + 1] * factor) : uint8_t{0};
        codes[i / 2] = static_cast<uint8_t>(high << 4 | low);
      }
    }
  });
  return scales;
}

/// The scales themselves in 8 bits, around their mean.
void pack_scales(const at::Tensor& scales, Nf4& packed) {
  packed.scale_offset.copy_(scales.mean());
  const at::Tensor centred = scales - packed.scale_offset;
  const int64_t n = centred.numel(), blocks = blocks_of(n, kNf4ScaleBlock);
  const float* x = centred.const_data_ptr<float>();
  auto* codes = packed.scales.mutable_data_ptr<uint8_t>();
  auto* largest = packed.scale_max.mutable_data_ptr<float>();
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t first = block * kNf4ScaleBlock, last = std::min(first + kNf4ScaleBlock, n);
    largest[block] = largest_magnitude(x + first, last - first);
    const float factor = inverse(largest[block]);
    for (int64_t i = first; i < last; ++i) codes[i] = nearest(dynamic_levels(), x[i] * factor);
  }
}

std::vector<float> unpacked_scales(const Nf4& packed) {
  std::vector<float> scales(static_cast<size_t>(packed.scales.numel()));
  const auto* codes = packed.scales.const_data_ptr<uint8_t>();
  const auto* largest = packed.scale_max.const_data_ptr<float>();
  const float offset = packed.scale_offset.item<float>();
  for (size_t i = 0; i < scales.size(); ++i) {
    scales[i] = std::fma(dynamic_levels()[codes[i]], largest[i / kNf4ScaleBlock], offset);
  }
  return scales;
}

/// The same in plain ATen, for memory that the host cannot read. In float64 the product of two
/// floats is exact, so that the sum is rounded as the host's is (once, but for a hair).
at::Tensor scales_anywhere(const Nf4& packed) {
  const at::Tensor levels = tensor_of<float>(dynamic_levels(), {256}, packed.codes.device());
  const at::Tensor block =
      at::arange(packed.scales.numel(), packed.scales.options().dtype(at::kLong))
          .div(kNf4ScaleBlock, "floor");
  const at::Tensor wide = levels.index_select(0, packed.scales.to(at::kLong)).to(at::kDouble) *
                          packed.scale_max.index_select(0, block);
  return (wide + packed.scale_offset).to(at::kFloat);
}

at::Tensor unpack_anywhere(const Nf4& packed, at::ScalarType dtype) {
  const at::Tensor levels = tensor_of<float>(nf4_levels(), {16}, packed.codes.device());
  const at::Tensor pairs =
      at::stack({packed.codes.div(16, "floor"), packed.codes.remainder(16)}, 1);
  const at::Tensor codes = pairs.flatten().narrow(0, 0, packed.size).to(at::kLong);
  const at::Tensor scales =
      scales_anywhere(packed).repeat_interleave(kNf4Block).narrow(0, 0, packed.size);
  return (levels.index_select(0, codes) * scales).to(dtype);
}

template <typename T>
void unpack(const Nf4& packed, T* out) {
  const std::vector<float> scales = unpacked_scales(packed);
  const auto* codes = packed.codes.const_data_ptr<uint8_t>();
  const auto blocks = static_cast<int64_t>(scales.size());
  at::parallel_for(0, blocks, 256, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      std::array<T, 16> levels;  // of this block
      for (size_t i = 0; i < levels.size(); ++i) {
        levels[i] = static_cast<T>(nf4_levels()[i] * scales[static_cast<size_t>(block)]);
      }
      const int64_t last = std::min((block + 1) * kNf4Block, packed.size);
      for (int64_t i = block * kNf4Block; i < last; ++i) {
        out[i] = levels[i % 2 == 0 ? codes[i / 2] >> 4 : codes[i / 2] & 15];
      }
    }
  });
}

}  // namespace

const std::array<float, 16>& nf4_levels() {
  static constexpr std::array<float, 16> kLevels = {-1.0f,
                                                    -0.6961928009986877f,
                                                    -0.5250730514526367f,
                                                    -0.39491748809814453f,
                                                    -0.28444138169288635f,
                                                    -0.18477343022823334f,
                                                    -0.09105003625154495f,
                                                    0.0f,
                                                    0.07958029955625534f,
                                                    0.16093020141124725f,
                                                    0.24611230194568634f,
                                                    0.33791524171829224f,
                                                    0.44070982933044434f,
                                                    0.5626170039176941f,
                                                    0.7229568362236023f,
                                                    1.0f};
  return kLevels;
}

const std::array<float, 256>& dynamic_levels() {
  static const std::array<float, 256> kLevels = make_dynamic_levels();
  return kLevels;
}

Nf4 nf4_of_size(int64_t n) {
  const int64_t scales = blocks_of(n, kNf4Block);
  return {.size = n,
          .codes = at::empty({blocks_of(n, 2)}, at::kByte),
          .scales = at::empty({scales}, at::kByte),
          .scale_max = at::empty({blocks_of(scales, kNf4ScaleBlock)}, at::kFloat),
          .scale_offset = at::empty({}, at::kFloat)};
}

int64_t nf4_bytes(int64_t n) {
  const int64_t scales = blocks_of(n, kNf4Block), width = sizeof(float);
  return blocks_of(n, 2) + scales + width * (blocks_of(scales, kNf4ScaleBlock) + 1);
}

Nf4 quantize_nf4(const at::Tensor& flat) {
  TWOFOLD_EXPECT(flat.dim() == 1, "quantize_nf4: a flat tensor");
  const at::Tensor wide = on_host(flat).to(at::kFloat).contiguous();
  if (!is_finite(wide)) {
    fail({.what = "weights that are not finite cannot be stored in nf4",
          .where = "optimization/lora/base_dtype",
          .expected = "finite numbers",
          .found = "inf or nan",
          .hint = "see where the weights went wrong, or set base_dtype to bfloat16"});
  }
  Nf4 packed = nf4_of_size(wide.numel());
  pack_scales(pack_weights(wide, packed.codes.mutable_data_ptr<uint8_t>()), packed);
  return moved_to(flat.device(), packed);
}

Nf4 moved_to(at::Device device, const Nf4& packed) {
  return {.size = packed.size,
          .codes = on_device(packed.codes, device),
          .scales = on_device(packed.scales, device),
          .scale_max = on_device(packed.scale_max, device),
          .scale_offset = on_device(packed.scale_offset, device)};
}

at::Tensor dequantize_nf4(const Nf4& packed, at::ScalarType dtype) {
  if (!packed.codes.is_cpu()) return unpack_anywhere(packed, dtype);
  const at::ScalarType type = dtype == at::kDouble ? at::kFloat : dtype;
  at::Tensor out = at::empty({packed.size}, packed.codes.options().dtype(type));
  if (dtype == at::kBFloat16) {
    unpack(packed, out.mutable_data_ptr<at::BFloat16>());
  } else {
    TWOFOLD_EXPECT(dtype == at::kFloat || dtype == at::kDouble, "nf4 unpacks to a training dtype");
    unpack(packed, out.mutable_data_ptr<float>());
  }
  return out.to(dtype);
}

}  // namespace twofold
