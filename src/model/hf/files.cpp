#include "model/hf/files.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>

#include "tensor/io.h"

namespace twofold {

using formats::LocatedTensor;

bool is_known_buffer(const std::string& name) {
  static constexpr std::array kSuffixes = {".attn.bias", ".attn.masked_bias", ".attention.bias",
                                           ".attention.masked_bias", "rotary_emb.inv_freq"};
  return std::any_of(kSuffixes.begin(), kSuffixes.end(),
                     [&](const char* suffix) { return name.ends_with(suffix); });
}

const LocatedTensor* locate(const formats::TensorFolder& folder, const HfTensor& wanted) {
  if (const LocatedTensor* found = folder.find(wanted.theirs)) return found;
  for (const std::string prefix : {"transformer.", "model.", "gpt_neox."}) {
    if (!wanted.theirs.starts_with(prefix)) continue;
    if (const auto* found = folder.find(wanted.theirs.substr(prefix.size()))) return found;
  }
  return wanted.alias.empty() ? nullptr : folder.find(wanted.alias);
}

bool have_same_values(const LocatedTensor& one, const LocatedTensor& other) {
  if (one.entry.dtype != other.entry.dtype || one.entry.shape != other.entry.shape) return false;
  // The same bytes are the same values also where one of them is NaN, which equals nothing.
  return std::ranges::equal(one.file->bytes(one.entry), other.file->bytes(other.entry)) ||
         at::equal(read_tensor(one.file, one.entry), read_tensor(other.file, other.entry));
}

}  // namespace twofold
