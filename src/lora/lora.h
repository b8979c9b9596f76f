#pragma once
// Low-rank adapters (Hu et al. 2021, arXiv 2106.09685), attached to a model's parameters from
// outside. y = x·W + (alpha/rank)·(x·A)·B; neither the merged weight nor its gradient is formed.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/fields.h"
#include "tensor/parameters.h"

namespace twofold {

/// The `optimization/lora/*` settings.
struct LoRAConfig {
  int64_t rank = 16;
  double alpha = 16.0;
  std::vector<std::string> target_modules = {"kernel"};
  std::string base_dtype = "bfloat16";  ///< float32 or bfloat16
  double lr = -1;                       ///< < 0: optimization/lr
  /// Declares `optimization/lora/{rank, alpha, target_modules, base_dtype, lr}`.
  void declare(config::Fields& fields);
  double scale() const { return alpha / static_cast<double>(rank); }
};

/// One adapted leaf: A (in, r) and B (r, out), float32, trainable.
struct Adapter {
  std::string path;  ///< of the adapted leaf
  at::Tensor A, B;
};
using LoRAParams = std::vector<Adapter>;

/// For each parameter, whether any target is a substring of its slash path.
std::vector<bool> param_filter(const ParameterTree& parameters,
                               const std::vector<std::string>& target_modules);

/// What each target selected, for the table printed before step 1.
struct TargetMatch {
  std::string target;
  std::vector<std::string> paths;  ///< adaptable (2-D) leaves only
  std::vector<std::vector<int64_t>> shapes;
  /// Of the adapters on these leaves; a leaf that several targets select counts in each of them.
  int64_t parameters = 0;
};
/// Throws one Error for all targets that select nothing adaptable, with near names, and an Error if
/// there are no targets. Needs no tensors.
std::vector<TargetMatch> match_targets(const ParameterTree& parameters, const LoRAConfig& config);

/// Attaches A ~ N(0, std 1/r), B = 0 to every selected 2-D leaf. A is drawn from the stream of
/// (seed, leaf path), so it does not depend on what else is adapted. The returned tensors are the
/// attached ones.
LoRAParams inject_lora_params(ParameterTree& parameters, const LoRAConfig& config, uint64_t seed);
/// The A that injection gives a leaf of `in` rows: (in, rank) float32 on the CPU.
at::Tensor initial_lora_A(const std::string& path, int64_t in, int64_t rank, uint64_t seed);
/// Attaches given adapters (from a checkpoint): these tensors become the trainable ones. They must
/// be those that `config` asks for: same leaves, rank, shapes and float32, else an Error naming
/// each leaf.
void attach_lora_params(ParameterTree& parameters, const LoRAParams& adapters,
                        const LoRAConfig& config);
/// Takes every adapter off; the model is the base again.
void detach_lora_params(ParameterTree& parameters);

/// Every parameter with its adapter added: in float32 (at least), rounded once to the leaf's dtype,
/// in the leaf's storage order. A leaf without an adapter is returned as it is, sharing its memory.
NamedTensors merge_lora_params(const ParameterTree& parameters);

/// Trainable parameters of all adapters: Σ r·(in + out).
int64_t count_lora_params(const LoRAParams& adapters);

/// Freezes: every leaf in `base_dtype` (same storage order), no gradient, its gradient buffer
/// dropped.
void freeze_parameters(ParameterTree& parameters, const std::string& base_dtype);

/// Names as they stand in checkpoints: "<path>/lora_A", "<path>/lora_B". The same tensors, not
/// copies.
NamedTensors named_adapters(const LoRAParams& adapters);
/// The inverse, with memory of their own (what is read from a file may be a read-only mapping). An
/// Error names a tensor without its partner or of another name.
LoRAParams adapters_from_named(const NamedTensors& tensors);

/// Switches its scope's model to the bare base (adapters off) and back.
class AdaptersOff {
 public:
  explicit AdaptersOff(ParameterTree& parameters);
  ~AdaptersOff();
  AdaptersOff(const AdaptersOff&) = delete;
  AdaptersOff& operator=(const AdaptersOff&) = delete;

 private:
  ParameterTree& parameters_;
  std::vector<std::optional<LowRank>> saved_;
};

}  // namespace twofold
