#include "interop/peft/modules.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "lora/select/target.h"
#include "model/hf/format.h"

namespace twofold {
namespace {

bool is_number(const std::string& segment) {
  return !segment.empty() && segment.find_first_not_of("0123456789") == std::string::npos;
}

/// transformers 5 calls NeoX's head as it calls every head; the models' files keep the old name.
constexpr const char* kOlderHead = "embed_out";

/// "model.norm" of "model.norm.weight".
std::string module_name(const std::string& tensor) {
  const std::string name = tensor.substr(0, tensor.rfind('.'));
  return name == kOlderHead ? "lm_head" : name;
}

std::string older_name(const std::string& tensor) {
  return tensor.starts_with(kOlderHead) ? kOlderHead : "";
}

PeftModule::Kind kind_of(const std::string& leaf) {
  if (is_dense_kernel(leaf)) return PeftModule::Kind::kDense;
  if (is_head(leaf)) return PeftModule::Kind::kHead;
  if (leaf == "wte" || leaf == "wpe") return PeftModule::Kind::kTable;
  return PeftModule::Kind::kOther;
}

}  // namespace

std::vector<PeftModule> peft_modules(const ModelConfig& config) {
  std::vector<PeftModule> modules, tied;
  std::map<std::string, size_t> index;
  for (const HfTensor& tensor : hf_format(config).hf_tensors()) {
    const std::string name = module_name(tensor.theirs);
    const auto [at, is_new] = index.emplace(name, modules.size());
    if (is_new) modules.push_back({.name = name, .older = older_name(tensor.theirs)});
    PeftModule& module = modules[at->second];
    if (tensor.theirs.ends_with(".bias")) {
      module.bias = tensor.ours;
      continue;
    }
    module.kind = kind_of(tensor.ours);
    module.weight = tensor.ours;
    module.transpose = tensor.transpose;
    if (tensor.ours != "wte" || tensor.alias.empty()) continue;
    tied.push_back({.name = module_name(tensor.alias),
                    .kind = PeftModule::Kind::kHead,
                    .weight = tensor.ours,
                    .tied = true,
                    .older = older_name(tensor.alias)});
  }
  modules.insert(modules.end(), tied.begin(), tied.end());
  return modules;
}

PeftFactors to_peft(const PeftModule& module, const at::Tensor& A, const at::Tensor& B) {
  if (module.kind == PeftModule::Kind::kHead) return {B, A};
  return {A.t(), B.t()};
}

AdapterTensors from_peft(const PeftModule& module, const PeftFactors& factors) {
  const auto own = [](const at::Tensor& tensor) {
    return tensor.to(at::kFloat).clone(at::MemoryFormat::Contiguous);
  };
  const bool head = module.kind == PeftModule::Kind::kHead;
  return {{"lora_A", own(head ? factors.B : factors.A.t())},
          {"lora_B", own(head ? factors.A : factors.B.t())}};
}

const char* factor_suffix(const PeftModule& module, bool is_A) {
  if (module.kind == PeftModule::Kind::kTable) {
    return is_A ? ".lora_embedding_A" : ".lora_embedding_B";
  }
  return is_A ? ".lora_A.weight" : ".lora_B.weight";
}

std::vector<std::string> shortest_ends(
    const std::vector<std::string>& universe, const std::set<std::string>& chosen, char separator,
    const std::function<bool(const std::string&, const std::string&)>& selects) {
  const std::string between(1, separator);
  std::vector<std::string> ends;
  for (const std::string& name : universe) {
    const auto covers = [&](const std::string& end) { return selects(end, name); };
    if (!chosen.contains(name) || std::any_of(ends.begin(), ends.end(), covers)) continue;
    const std::vector<std::string> segments = split(name, separator);
    std::string end;
    for (size_t i = segments.size(); i-- > 0;) {
      end = end.empty() ? segments[i] : segments[i] + between + end;
      const bool exact = std::all_of(universe.begin(), universe.end(), [&](const std::string& n) {
        return chosen.contains(n) || !selects(end, n);
      });
      if (exact && !is_number(segments[i])) break;  // "layers.0.…" says what the number counts
    }
    ends.push_back(end);
  }
  return ends;
}

}  // namespace twofold
