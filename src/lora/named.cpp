// Adapters as named tensors, the form in which checkpoints hold them and optimizers see them.

#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/error.h"
#include "lora/lora.h"

namespace twofold {
namespace {

constexpr std::string_view kSuffixA = "/lora_A";
constexpr std::string_view kSuffixB = "/lora_B";

}  // namespace

NamedTensors named_adapters(const LoRAParams& adapters) {
  NamedTensors named;
  for (const Adapter& adapter : adapters) {
    named.emplace_back(adapter.path + std::string(kSuffixA), adapter.A);
    named.emplace_back(adapter.path + std::string(kSuffixB), adapter.B);
  }
  return named;
}

LoRAParams adapters_from_named(const NamedTensors& tensors) {
  LoRAParams adapters;
  std::map<std::string, size_t> index;
  for (const auto& [name, tensor] : tensors) {
    const bool is_A = name.ends_with(kSuffixA);
    if (!is_A && !name.ends_with(kSuffixB)) {
      fail({.what = "a tensor among the adapters is none",
            .where = name,
            .expected = "a name that ends in /lora_A or /lora_B",
            .found = {},
            .hint = "is this the adapters' file of a checkpoint?"});
    }
    const std::string path = name.substr(0, name.size() - kSuffixA.size());
    const auto [at, is_new] = index.emplace(path, adapters.size());
    if (is_new) adapters.push_back({.path = path, .A = {}, .B = {}});
    Adapter& adapter = adapters[at->second];
    (is_A ? adapter.A : adapter.B) = tensor.detach().clone(at::MemoryFormat::Contiguous);
  }
  for (const Adapter& adapter : adapters) {
    if (adapter.A.defined() && adapter.B.defined()) continue;
    fail({.what = "an adapter is incomplete",
          .where = adapter.path,
          .expected = "both lora_A and lora_B",
          .found = adapter.A.defined() ? "lora_A only" : "lora_B only",
          .hint = {}});
  }
  return adapters;
}

int64_t count_lora_params(const LoRAParams& adapters) {
  int64_t count = 0;
  for (const Adapter& adapter : adapters) count += adapter.A.numel() + adapter.B.numel();
  return count;
}

}  // namespace twofold
