// Adapters as named tensors, the form in which checkpoints hold them and optimizers see them.

#include <array>
#include <map>
#include <utility>

#include "base/error.h"
#include "lora/lora.h"
#include "lora/select/target.h"

namespace twofold {
namespace {

/// One tensor of an adapter and the end of its name.
struct Part {
  const char* suffix;
  at::Tensor Adapter::*tensor;
};
constexpr std::array kTrained = {Part{"/lora_A", &Adapter::A}, Part{"/lora_B", &Adapter::B},
                                 Part{"/lora_magnitude", &Adapter::magnitude},
                                 Part{"/whole", &Adapter::whole}, Part{"/rows", &Adapter::rows}};
constexpr std::array kStarts = {Part{"/start_A", &Adapter::start_A},
                                Part{"/start_B", &Adapter::start_B}};

template <size_t N>
NamedTensors named(const LoRAParams& adapters, const std::array<Part, N>& parts) {
  NamedTensors tensors;
  for (const Adapter& adapter : adapters) {
    for (const auto& [suffix, tensor] : parts) {
      if (!(adapter.*tensor).defined()) continue;
      tensors.emplace_back(adapter.path + suffix, adapter.*tensor);
    }
  }
  return tensors;
}

/// The part that `name` ends in; an Error if it is none.
const Part& part_of(const std::string& name) {
  for (const Part& part : kTrained) {
    if (name.ends_with(part.suffix)) return part;
  }
  for (const Part& part : kStarts) {
    if (name.ends_with(part.suffix)) return part;
  }
  fail({.what = "a tensor among the adapters is none",
        .where = name,
        .expected = "a name that ends in /lora_A, /lora_B, /lora_magnitude, /whole or /rows",
        .found = "another name",
        .hint = "is this the adapters' file of a checkpoint?"});
}

void check_complete(const Adapter& adapter) {
  const bool A = adapter.A.defined(), B = adapter.B.defined();
  if (A == B && (A || adapter.whole.defined() || adapter.rows.defined()) &&
      adapter.start_A.defined() == adapter.start_B.defined()) {
    return;
  }
  fail({.what = "an adapter is incomplete",
        .where = adapter.path,
        .expected = "both lora_A and lora_B",
        .found = A   ? "lora_A only"
                 : B ? "lora_B only"
                     : "neither",
        .hint = "take the adapters from another checkpoint of this run"});
}

}  // namespace

NamedTensors named_adapters(const LoRAParams& adapters) { return named(adapters, kTrained); }

std::vector<double> lr_multipliers(const LoRAParams& adapters, const LoRAConfig& config) {
  std::vector<double> multipliers;
  for (const auto& [name, tensor] : named_adapters(adapters)) {
    const char* output_side = is_head(name.substr(0, name.rfind('/'))) ? "/lora_A" : "/lora_B";
    const bool fast = name.ends_with(output_side) || tensor.dim() == 1;
    multipliers.push_back(fast ? config.lr_ratio : 1.0);
  }
  return multipliers;
}

NamedTensors named_starts(const LoRAParams& adapters) { return named(adapters, kStarts); }

LoRAParams adapters_from_named(const NamedTensors& tensors) {
  LoRAParams adapters;
  std::map<std::string, size_t> index;
  for (const auto& [name, tensor] : tensors) {
    const Part& part = part_of(name);
    const std::string path = name.substr(0, name.size() - std::string_view(part.suffix).size());
    const auto [at, is_new] = index.emplace(path, adapters.size());
    if (is_new) adapters.push_back({.path = path});
    adapters[at->second].*part.tensor = tensor.detach().clone(at::MemoryFormat::Contiguous);
  }
  for (const Adapter& adapter : adapters) check_complete(adapter);
  return adapters;
}

int64_t count_lora_params(const LoRAParams& adapters) {
  int64_t count = 0;
  for (const auto& [name, tensor] : named_adapters(adapters)) count += tensor.numel();
  return count;
}

}  // namespace twofold
