#pragma once
// Low-rank adapters (Hu et al. 2021, arXiv 2106.09685) and their relatives, attached to a model's
// parameters from outside. y = x·W + s·(x·A)·B; neither the merged weight nor its gradient is
// formed.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/fields.h"
#include "tensor/parameters.h"

namespace twofold {

/// Rows of tables: leaf -> ids, each once.
using RowIds = std::map<std::string, std::vector<int64_t>>;

/// The `optimization/lora/*` settings. A list's entry selects leaves by their slash path: a part of
/// it (`q_proj`, `blocks/0/`), `all-linear`, or `re:` and a regular expression for all of it.
struct LoRAConfig {
  int64_t rank = 16;
  double alpha = 16.0;
  std::vector<std::string> target_modules = {"kernel"};
  std::vector<std::string> exclude_modules = {};
  std::vector<int64_t> layers_to_transform = {};  ///< empty: all blocks, and what is in none
  std::map<std::string, int64_t> rank_pattern = {};
  std::map<std::string, double> alpha_pattern = {};
  std::vector<std::string> modules_to_save = {};  ///< trained whole
  std::string bias = "none";                      ///< trained too: none, all, lora_only
  bool rslora = false;                            ///< s = alpha / √rank instead of alpha / rank
  bool dora = false;
  double dropout = 0;
  std::string init = "reference";               ///< see lora/init.h
  double lr_ratio = 1;                          ///< LoRA+: learning rate of B / learning rate of A
  std::string from_adapter = {};                ///< a PEFT folder to start from instead of `init`
  std::vector<std::string> base_adapters = {};  ///< PEFT folders (:weight) to add to the base first
  std::string base_dtype = "bfloat16";          ///< float32, bfloat16 or nf4
  double lr = -1;                               ///< < 0: optimization/lr
  /// Not a setting: rows of tables that are trained while the others stay frozen, as
  /// tokenizer/add_tokens or a PEFT folder asks for. A leaf that is trained whole has none.
  RowIds rows = {};
  void declare(config::Fields& fields);

  /// Of an adapter without a pattern of its own.
  double scale() const { return scale(rank, alpha); }
  double scale(int64_t r, double a) const;
  /// Of the leaf at `path`: the longest key of the pattern that selects it decides.
  int64_t rank_of(const std::string& path) const;
  double scale_of(const std::string& path) const;
};

/// What phase 2 trains at one leaf. A low-rank term: A (in, r) and B (r, out), and with DoRA the
/// magnitude (out; of a head, whose outputs are its rows: in). Some rows of a table (n, D), as well
/// or instead. Or the leaf itself: `whole`. All float32.
struct Adapter {
  std::string path = {};  ///< of the adapted leaf
  at::Tensor A = {}, B = {};
  at::Tensor magnitude = {};
  at::Tensor whole = {};
  at::Tensor rows = {};  ///< which ones is said by LoRAConfig::rows
  /// What A and B were when s·A·B was taken out of the base (pissa, olora); not trained.
  at::Tensor start_A = {}, start_B = {};
};
using LoRAParams = std::vector<Adapter>;

/// For each parameter, whether any entry selects its slash path.
std::vector<bool> param_filter(const ParameterTree& parameters,
                               const std::vector<std::string>& target_modules);

/// What each target selected, for the table printed before step 1.
struct TargetMatch {
  std::string target = {};
  std::vector<std::string> paths = {};  ///< adaptable (2-D) leaves only
  std::vector<std::vector<int64_t>> shapes = {};
  /// Of the adapters on these leaves; a leaf that several targets select counts in each of them.
  int64_t parameters = 0;
};
/// Throws one Error for all entries of `config` that select nothing, with near names, and an Error
/// if there are no targets. Needs no tensors.
std::vector<TargetMatch> match_targets(const ParameterTree& parameters, const LoRAConfig& config);

/// Attaches fresh adapters, as `config.init` makes them, to every selected leaf; rows start as they
/// are in the table. What is random
/// comes from the stream of (seed, leaf path), so it does not depend on what else is adapted. The
/// returned tensors are the attached ones. An `init` that starts from the weights takes its product
/// out of them: see changes_base.
LoRAParams inject_lora_params(ParameterTree& parameters, const LoRAConfig& config, uint64_t seed);
/// Whether injection leaves another base than it found.
bool changes_base(const LoRAConfig& config);
/// Attaches given adapters (from a checkpoint): these tensors become the trainable ones. They must
/// be those that `config` asks for: same leaves, rank, shapes and float32, else an Error naming
/// each leaf.
void attach_lora_params(ParameterTree& parameters, const LoRAParams& adapters,
                        const LoRAConfig& config);
/// Lets the adapters drop inputs as the returned object says; off (p = 0) to begin with.
std::shared_ptr<AdapterDropout> attach_dropout(ParameterTree& parameters);
/// Takes every adapter off; the model is the base again.
void detach_lora_params(ParameterTree& parameters);

/// Every parameter with its adapter added: in float32 (at least), rounded once to the leaf's dtype,
/// in the leaf's storage order (float32 for a packed leaf). A leaf without an adapter is returned
/// as it is, sharing its memory; so is one that was trained whole.
NamedTensors merge_lora_params(const ParameterTree& parameters);

/// Trainable parameters: Σ r·(in + out) of the adapters, the magnitudes, rows and what is trained
/// whole.
int64_t count_lora_params(const LoRAParams& adapters);

/// `base_dtype` of 4 bits: the dense kernels of the blocks in NF4, the rest in bfloat16 (QLoRA).
inline constexpr const char* kNf4 = "nf4";
/// Whether a base in 4 bits packs this leaf.
bool packable(const Parameter& parameter);
/// Bytes of the frozen base.
int64_t frozen_bytes(const ParameterTree& parameters, const std::string& base_dtype);
/// Packed leaves as plain float32 tensors again, of the same values: for export.
void unpack_parameters(ParameterTree& parameters);
/// Freezes: every leaf in `base_dtype` (same storage order), no gradient, its gradient buffer
/// dropped.
void freeze_parameters(ParameterTree& parameters, const std::string& base_dtype);
/// The frozen base by path, whatever is attached to it.
NamedTensors base_parameters(const ParameterTree& parameters);

/// Names of what is trained, as in checkpoints: "<path>/lora_A", "<path>/lora_B",
/// "<path>/lora_magnitude", "<path>/whole", "<path>/rows". The same tensors, not copies.
NamedTensors named_adapters(const LoRAParams& adapters);
/// Learning rate of each of named_adapters(adapters) / the phase's: `lr_ratio` for B (of a head: A,
/// which is on the side of its outputs) and for vectors, 1 for the rest.
std::vector<double> lr_multipliers(const LoRAParams& adapters, const LoRAConfig& config);
/// "<path>/start_A", "<path>/start_B" of the adapters that have them.
NamedTensors named_starts(const LoRAParams& adapters);
/// The inverse of both, with memory of their own (what is read from a file may be a read-only
/// mapping). An Error names a tensor without its partner or of another name.
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
  std::vector<Weight> saved_;
};

}  // namespace twofold
