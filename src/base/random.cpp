#include "base/random.h"

#include <xxhash.h>

#include <algorithm>

#include "base/box_muller.h"

namespace twofold {
namespace {

std::pair<double, double> normals_of(const std::array<uint32_t, 4>& words) {
  return normal_pair(words[0] | uint64_t{words[1]} << 32, words[2] | uint64_t{words[3]} << 32);
}

constexpr uint64_t kSlice = 256;  // pairs at a time

/// 2·pairs numbers from block `pair` on; pairs ≤ kSlice. Through small arrays: three loops that
/// vectorise where one would not. Compiled for the processors that runs are made on, as this layer
/// as a whole is not: without an instruction for it each fma is a call (docs/design/0006).
__attribute__((target("avx2,fma"))) void normal_slice(const RandomStream& stream, uint64_t pair,
                                                      uint64_t pairs, double stddev, float* out) {
  std::array<uint64_t, kSlice> radius, angle;
  for (uint64_t i = 0; i < pairs; ++i) {
    const std::array<uint32_t, 4> words = stream.block(pair + i);
    radius[i] = words[0] | uint64_t{words[1]} << 32;
    angle[i] = words[2] | uint64_t{words[3]} << 32;
  }
  for (uint64_t i = 0; i < pairs; ++i) {
    const auto [even, odd] = normal_pair(radius[i], angle[i]);
    out[2 * i] = static_cast<float>(stddev * even);
    out[2 * i + 1] = static_cast<float>(stddev * odd);
  }
}

}  // namespace

RandomStream::RandomStream(uint64_t seed, Purpose purpose, uint64_t a, uint64_t b) {
  const std::array<uint64_t, 4> name = {seed, static_cast<uint64_t>(purpose), a, b};
  // 128 bits of name in key and salt: two streams are the same numbers only if the hash collides.
  const XXH128_hash_t hash = XXH3_128bits(name.data(), sizeof(name));
  key_ = {static_cast<uint32_t>(hash.low64), static_cast<uint32_t>(hash.low64 >> 32)};
  salt_ = {static_cast<uint32_t>(hash.high64), static_cast<uint32_t>(hash.high64 >> 32)};
}

double RandomStream::normal(uint64_t index) const {
  const auto [even, odd] = normals_of(block(index / 2));
  return index % 2 == 0 ? even : odd;
}

void RandomStream::fill_normal(float* out, uint64_t first, uint64_t count, double stddev) const {
  const auto single = [&](uint64_t index) { return static_cast<float>(stddev * normal(index)); };
  if (count > 0 && first % 2 == 1) {
    *out++ = single(first++);
    --count;
  }
  uint64_t pair = first / 2;
  for (uint64_t left = count / 2; left > 0;) {
    const uint64_t pairs = std::min(left, kSlice);
    normal_slice(*this, pair, pairs, stddev, out);
    pair += pairs;
    left -= pairs;
    out += 2 * pairs;
  }
  if (count % 2 == 1) *out = single(2 * pair);
}

uint64_t hash64(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

}  // namespace twofold
