#pragma once
// The model as PEFT sees it: Hugging Face's modules, and the leaves of ours that they correspond
// to.

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "twofold/lora/adapter.h"
#include "twofold/model/config.h"

namespace twofold {

/// A module of the Hugging Face model that holds weights.
struct PeftModule {
  enum class Kind { kDense, kTable, kHead, kOther };
  std::string name;  ///< "model.layers.0.self_attn.q_proj"
  Kind kind = Kind::kOther;
  std::string weight = {};  ///< our leaf: "blocks/0/attn/q_proj/kernel"
  std::string bias = {};    ///< our leaf; empty: none
  bool transpose = false;   ///< the weight is stored (out, in) there
  bool tied = false;        ///< the head of a model whose embedding is the head: the leaf is shared
  std::string older = {};   ///< what transformers 4 called it, if something else

  bool adaptable() const { return kind != Kind::kOther; }
};

/// In the order of the Hugging Face tensor list; a tied head is last.
std::vector<PeftModule> peft_modules(const ModelConfig& config);

/// An adapter's factors as PEFT stores them, and back: A (r, in) and B (out, r) of a dense layer
/// (a head is one from D to V), (r, V) and (D, r) of a table.
struct PeftFactors {
  at::Tensor A, B;
};
PeftFactors to_peft(const PeftModule& module, const at::Tensor& A, const at::Tensor& B);
AdapterTensors from_peft(const PeftModule& module, const PeftFactors& factors);
/// What follows the module's name in the names of A and B: ".lora_A.weight", …
const char* factor_suffix(const PeftModule& module, bool is_A);

/// The end of the name of a tensor that holds trained rows. PEFT calls it a delta, but it holds the
/// rows themselves.
inline constexpr const char* kPeftRows = ".token_adapter.trainable_tokens_delta";

/// The shortest ends of names (whole segments between `separator`s) that select all of `chosen` and
/// nothing else of `universe`; `selects(end, name)` is the selecting rule.
std::vector<std::string> shortest_ends(
    const std::vector<std::string>& universe, const std::set<std::string>& chosen, char separator,
    const std::function<bool(const std::string&, const std::string&)>& selects);

}  // namespace twofold
