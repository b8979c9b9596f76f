#include "tensor/nf4.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"

namespace twofold {
namespace {

/// Numbers that are exact in float32 and easy to make elsewhere.
at::Tensor sample(int64_t n) {
  at::Tensor x = at::empty({n}, at::kFloat);
  for (int64_t i = 0; i < n; ++i) {
    const auto whole = static_cast<float>((i * 7919) % 10007 - 5003);
    x[i] = whole / 8192 * static_cast<float>(1 + i / 64 % 13);
  }
  return x;
}

std::string digest(const at::Tensor& x) {
  return checksum_bytes({static_cast<const std::byte*>(x.const_data_ptr()), x.nbytes()});
}

// Checksums of what bitsandbytes 0.50.2 makes of the same numbers: quantize_4bit(x, "nf4",
// blocksize=64, compress_statistics=True). The codes of the scales are not compared: its CPU kernel
// takes the second nearest level for one of these 625.
TEST(Nf4, HasTheCodesAndTheTablesOfBitsandbytes) {
  const Nf4 packed = quantize_nf4(sample(40000));
  EXPECT_EQ(digest(packed.codes), "c9097559e3da5654f9a01276b51fd506");
  EXPECT_EQ(digest(packed.scale_max), "8f34960121d6bb033120ab061391a384");
  EXPECT_EQ(digest(at::from_blob(const_cast<float*>(dynamic_levels().data()), {256})),
            "e87f3d8e52e6fc558c54cbcb05904087");
}

TEST(Nf4, IsWithinHalfAGapOfTheLevels) {
  const at::Tensor x = sample(6400);
  const at::Tensor back = dequantize_nf4(quantize_nf4(x), at::kFloat);
  const at::Tensor scale = std::get<0>(x.abs().view({-1, kNf4Block}).max(1, true));
  const at::Tensor error = ((back - x).abs().view({-1, kNf4Block}) / scale).max();
  EXPECT_LT(error.item<float>(), 0.16);  // the widest gap is 0.304, and the scale has 8 bits
}

TEST(Nf4, TakesAnyLength) {
  for (const int64_t n : {1, 2, 63, 64, 65, 127, 16384, 16385}) {
    const Nf4 packed = quantize_nf4(sample(n));
    EXPECT_EQ(packed.codes.numel(), (n + 1) / 2);
    EXPECT_EQ(packed.scales.numel(), (n + 63) / 64);
    EXPECT_EQ(dequantize_nf4(packed, at::kFloat).numel(), n);
  }
}

TEST(Nf4, KeepsZerosAndIsTheSameInEveryDtype) {
  EXPECT_TRUE(
      at::equal(dequantize_nf4(quantize_nf4(at::zeros({130})), at::kFloat), at::zeros({130})));
  const Nf4 packed = quantize_nf4(sample(640));
  const at::Tensor wide = dequantize_nf4(packed, at::kFloat);
  EXPECT_TRUE(at::equal(dequantize_nf4(packed, at::kBFloat16), wide.to(at::kBFloat16)));
  EXPECT_TRUE(at::equal(dequantize_nf4(packed, at::kDouble), wide.to(at::kDouble)));
}

TEST(Nf4, RefusesWhatIsNotFinite) {
  at::Tensor x = sample(64);
  x[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(quantize_nf4(x), Error);
}

}  // namespace
}  // namespace twofold
