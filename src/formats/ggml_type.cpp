#include "formats/ggml_type.h"

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/error.h"

namespace twofold::formats {
namespace {

struct TypeRow {
  uint32_t id;
  GgmlLayout layout;
};

constexpr std::array kTypes = {
    TypeRow{0, {"F32", 1, 4}},         TypeRow{1, {"F16", 1, 2}},
    TypeRow{2, {"Q4_0", 32, 18}},      TypeRow{3, {"Q4_1", 32, 20}},
    TypeRow{6, {"Q5_0", 32, 22}},      TypeRow{7, {"Q5_1", 32, 24}},
    TypeRow{8, {"Q8_0", 32, 34}},      TypeRow{9, {"Q8_1", 32, 40}},
    TypeRow{10, {"Q2_K", 256, 84}},    TypeRow{11, {"Q3_K", 256, 110}},
    TypeRow{12, {"Q4_K", 256, 144}},   TypeRow{13, {"Q5_K", 256, 176}},
    TypeRow{14, {"Q6_K", 256, 210}},   TypeRow{15, {"Q8_K", 256, 292}},
    TypeRow{16, {"IQ2_XXS", 256, 66}}, TypeRow{17, {"IQ2_XS", 256, 74}},
    TypeRow{18, {"IQ3_XXS", 256, 98}}, TypeRow{19, {"IQ1_S", 256, 50}},
    TypeRow{20, {"IQ4_NL", 32, 18}},   TypeRow{21, {"IQ3_S", 256, 110}},
    TypeRow{22, {"IQ2_S", 256, 82}},   TypeRow{23, {"IQ4_XS", 256, 136}},
    TypeRow{24, {"I8", 1, 1}},         TypeRow{25, {"I16", 1, 2}},
    TypeRow{26, {"I32", 1, 4}},        TypeRow{27, {"I64", 1, 8}},
    TypeRow{28, {"F64", 1, 8}},        TypeRow{29, {"IQ1_M", 256, 56}},
    TypeRow{30, {"BF16", 1, 2}},       TypeRow{34, {"TQ1_0", 256, 54}},
    TypeRow{35, {"TQ2_0", 256, 66}},   TypeRow{39, {"MXFP4", 32, 17}},
    TypeRow{40, {"NVFP4", 64, 36}},    TypeRow{41, {"Q1_0", 128, 18}},
};

constexpr size_t kQ8Elements = 32;
constexpr size_t kQ8Bytes = 34;  // the scale in f16, then 32 signed bytes

// The instruction, whatever the rest is compiled for: every processor above the threshold has it.
__attribute__((target("f16c"))) uint16_t to_half(float value) {
  return _cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT);
}
__attribute__((target("f16c"))) float from_half(uint16_t bits) { return _cvtsh_ss(bits); }

uint16_t to_bfloat16(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7FFFFFFF) > 0x7F800000) return static_cast<uint16_t>(bits >> 16 | 0x40);  // NaN
  return static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

float from_bfloat16(uint16_t bits) { return std::bit_cast<float>(uint32_t{bits} << 16); }

void encode_q8_block(const float* values, std::byte* out) {
  float largest = 0;
  for (size_t i = 0; i < kQ8Elements; ++i) largest = std::max(largest, std::fabs(values[i]));
  const float scale = largest / 127;
  const float inverse = scale != 0 ? 1 / scale : 0;
  const uint16_t half = to_half(scale);
  std::memcpy(out, &half, sizeof half);
  for (size_t i = 0; i < kQ8Elements; ++i) {
    const float rounded = std::clamp(std::round(values[i] * inverse), -127.0f, 127.0f);
    out[2 + i] = static_cast<std::byte>(static_cast<int8_t>(rounded));
  }
}

void decode_q8_block(const std::byte* bytes, float* out) {
  uint16_t half = 0;
  std::memcpy(&half, bytes, sizeof half);
  const float scale = from_half(half);
  for (size_t i = 0; i < kQ8Elements; ++i) {
    out[i] = scale * static_cast<float>(static_cast<int8_t>(bytes[2 + i]));
  }
}

template <uint16_t (*convert)(float)>
void encode_halves(std::span<const float> values, std::byte* out) {
  for (size_t i = 0; i < values.size(); ++i) {
    const uint16_t bits = convert(values[i]);
    std::memcpy(out + 2 * i, &bits, sizeof bits);
  }
}

template <float (*convert)(uint16_t)>
void decode_halves(const std::byte* bytes, std::span<float> out) {
  for (size_t i = 0; i < out.size(); ++i) {
    uint16_t bits = 0;
    std::memcpy(&bits, bytes + 2 * i, sizeof bits);
    out[i] = convert(bits);
  }
}

}  // namespace

std::optional<GgmlLayout> ggml_layout(uint32_t id) {
  const auto found =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRow& row) { return row.id == id; });
  return found == kTypes.end() ? std::nullopt : std::optional(found->layout);
}

GgmlLayout ggml_layout(GgmlType type) { return *ggml_layout(static_cast<uint32_t>(type)); }

bool is_convertible(uint32_t id) {
  using enum GgmlType;
  const std::array known = {kF32, kF16, kQ8_0, kBF16};
  return std::find(known.begin(), known.end(), static_cast<GgmlType>(id)) != known.end();
}

uint64_t ggml_bytes(GgmlType type, uint64_t elements) {
  const GgmlLayout layout = ggml_layout(type);
  TWOFOLD_EXPECT(elements % layout.elements == 0, "a row is not a whole number of blocks");
  return elements / layout.elements * layout.bytes;
}

void encode_ggml(GgmlType type, std::span<const float> values, std::span<std::byte> out) {
  TWOFOLD_EXPECT(out.size() == ggml_bytes(type, values.size()), "room for exactly these values");
  if (values.empty()) return;
  switch (type) {
    case GgmlType::kF32:
      std::memcpy(out.data(), values.data(), out.size());
      break;
    case GgmlType::kF16:
      encode_halves<to_half>(values, out.data());
      break;
    case GgmlType::kBF16:
      encode_halves<to_bfloat16>(values, out.data());
      break;
    case GgmlType::kQ8_0:
      for (size_t block = 0; block < values.size() / kQ8Elements; ++block) {
        encode_q8_block(&values[block * kQ8Elements], &out[block * kQ8Bytes]);
      }
  }
}

void decode_ggml(GgmlType type, std::span<const std::byte> bytes, std::span<float> out) {
  TWOFOLD_EXPECT(bytes.size() == ggml_bytes(type, out.size()), "exactly the bytes of these values");
  if (out.empty()) return;
  switch (type) {
    case GgmlType::kF32:
      std::memcpy(out.data(), bytes.data(), bytes.size());
      break;
    case GgmlType::kF16:
      decode_halves<from_half>(bytes.data(), out);
      break;
    case GgmlType::kBF16:
      decode_halves<from_bfloat16>(bytes.data(), out);
      break;
    case GgmlType::kQ8_0:
      for (size_t block = 0; block < out.size() / kQ8Elements; ++block) {
        decode_q8_block(&bytes[block * kQ8Bytes], &out[block * kQ8Elements]);
      }
  }
}

}  // namespace twofold::formats
