#include "data/read/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace twofold {
namespace {

constexpr size_t kSamples = 64;
constexpr size_t kSampleBytes = 4096;

/// The whole of `bytes`, or samples evenly spread over it.
std::vector<std::byte> sampled(std::span<const std::byte> bytes) {
  if (bytes.size() <= kSamples * kSampleBytes) return {bytes.begin(), bytes.end()};
  std::vector<std::byte> samples;
  samples.reserve(kSamples * kSampleBytes);
  const size_t last = bytes.size() - kSampleBytes;
  for (size_t i = 0; i < kSamples; ++i) {
    const auto window = bytes.subspan(last / (kSamples - 1) * i, kSampleBytes);
    samples.insert(samples.end(), window.begin(), window.end());
  }
  const auto end = bytes.last(kSampleBytes);  // where text that was added would be
  samples.insert(samples.end(), end.begin(), end.end());
  return samples;
}

}  // namespace

std::map<std::string, std::string> fingerprint(const Path& data_root, const std::string& label,
                                               bool validation) {
  std::vector<std::string> names = {"shape.json", "train.bin", "train.bin.mask"};
  if (validation) names.insert(names.end(), {"val.bin", "val.bin.mask"});
  std::map<std::string, std::string> found;
  for (const std::string& name : names) {
    const Path path = data_root / label / name;
    if (!std::filesystem::exists(path)) continue;
    const MappedFile file(path);
    found[label + "/" + name] =
        fmt::format("{} bytes, {}", file.bytes().size(), checksum_bytes(sampled(file.bytes())));
  }
  return found;
}

}  // namespace twofold
