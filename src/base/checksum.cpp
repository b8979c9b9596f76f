#include <fcntl.h>
#include <fmt/format.h>
#include <xxhash.h>

#include <memory>
#include <vector>

#include "base/files.h"

namespace twofold {
namespace {

std::string hexadecimal(XXH128_hash_t hash) {
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace

std::string checksum_bytes(std::span<const std::byte> bytes) {
  return hexadecimal(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string checksum_file(const Path& path) {
  const Descriptor file(path, O_RDONLY);
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                        XXH3_freeState);
  XXH3_128bits_reset(state.get());
  std::vector<std::byte> buffer(size_t{1} << 20);
  for (;;) {
    const size_t got = read_up_to(file, buffer, path);
    XXH3_128bits_update(state.get(), buffer.data(), got);
    if (got < buffer.size()) return hexadecimal(XXH3_128bits_digest(state.get()));
  }
}

}  // namespace twofold
