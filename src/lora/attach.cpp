// Attaches adapters to a model's parameters and takes them off again.

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>

#include "base/error.h"
#include "lora/init/init.h"
#include "lora/select/selection.h"
#include "tensor/dtype.h"
#include "twofold/lora/lora.h"

namespace twofold {
namespace {

/// Everything phase 2 trains. Throws as match_targets does.
Selection checked_selection(const ParameterTree& parameters, const LoRAConfig& config) {
  match_targets(parameters, config);
  return select_leaves(parameters, config);
}

void expect_bare(const Selection& selection) {
  for (const SelectedLeaf& selected : selection.leaves) {
    const Parameter& leaf = selection.leaf(selected);
    TWOFOLD_EXPECT(leaf.weight.attachments.empty(), leaf.path + " has an adapter");
  }
}

Problem wrong_leaf(const std::string& path, bool expected) {
  return {.what = expected ? "the targets select a leaf that has no adapter here"
                           : "there is an adapter for a leaf that the targets do not select",
          .where = path,
          .expected = expected ? "an adapter" : "no adapter",
          .found = expected ? "none" : "an adapter",
          .hint = "optimization/lora/target_modules must be what the adapters were trained with"};
}

/// Given tensors, of which every leaf takes its own.
class Given {
 public:
  Given(const NamedTensors& tensors, at::Device device)
      : device_(device), leaves_(by_leaf(tensors)), shared_(take("")) {}

  /// The tensors of one leaf and variant, copied; a Problem for each that is not as it must be.
  AdapterTensors take(const Site& site, const std::vector<TensorSpec>& specs,
                      std::vector<Problem>& problems) {
    AdapterTensors& own = leaves_[site.path()];
    AdapterTensors taken;
    for (const TensorSpec& spec : specs) {
      const bool is_shared = spec.kind == TensorSpec::Kind::kShared;
      const at::Tensor tensor = is_shared ? shared_tensor(spec.name) : extract(own, spec.name);
      if (fits(tensor, spec)) {
        taken[spec.name] = is_shared ? tensor : copied(tensor);
      } else {
        problems.push_back(misfit(site.path() + ", " + spec.name, shape_text(spec), tensor));
      }
    }
    return taken;
  }

  bool has(const std::string& path) const { return leaves_.contains(path); }

  /// What of a leaf's tensors no variant has taken.
  void finish(const std::string& path, std::vector<Problem>& problems) {
    for (const auto& [name, tensor] : take(path)) {
      problems.push_back(misfit(path + ", " + name, "none", tensor));
    }
  }
  void finish(std::vector<Problem>& problems) const {
    for (const auto& [path, tensors] : leaves_) problems.push_back(wrong_leaf(path, false));
    for (const auto& [name, tensor] : shared_) {
      if (!used_.contains(name)) problems.push_back(misfit(name, "none", tensor));
    }
  }

 private:
  AdapterTensors take(const std::string& path) {
    const auto node = leaves_.extract(path);
    return node.empty() ? AdapterTensors() : node.mapped();
  }
  static at::Tensor extract(AdapterTensors& tensors, const std::string& name) {
    const auto node = tensors.extract(name);
    return node.empty() ? at::Tensor() : node.mapped();
  }
  at::Tensor copied(const at::Tensor& tensor) const {
    return tensor.detach().contiguous().to(device_, at::kFloat, /*non_blocking=*/false,
                                           /*copy=*/true);
  }
  /// One copy for all leaves.
  at::Tensor shared_tensor(const std::string& name) {
    const auto found = shared_.find(name);
    if (found == shared_.end()) return {};
    if (const auto used = used_.find(name); used != used_.end()) return used->second;
    return used_[name] = copied(found->second);
  }
  static bool fits(const at::Tensor& tensor, const TensorSpec& spec) {
    return tensor.defined() && tensor.scalar_type() == at::kFloat &&
           tensor.sizes() == at::IntArrayRef(spec.shape);
  }
  static std::string shape_text(const TensorSpec& spec) {
    return fmt::format("float32 ({})", fmt::join(spec.shape, ", "));
  }
  static Problem misfit(std::string where, std::string expected, const at::Tensor& found) {
    return {.what = "an adapter does not fit the weight it is for",
            .where = std::move(where),
            .expected = std::move(expected),
            .found = describe(found),
            .hint =
                "optimization/lora/* and the architecture must be what the adapters were "
                "trained with"};
  }

  at::Device device_;
  std::map<std::string, AdapterTensors> leaves_;
  AdapterTensors shared_, used_;
};

/// Fresh tensors of every variant at a leaf: the last first, since a start that is taken out of the
/// weight belongs to the first of them, and the others begin with the weight as it was.
std::vector<std::shared_ptr<Adapter>> fresh_adapters(const Site& site, Parameter& leaf,
                                                     Injection& injection) {
  const at::NoGradGuard no_grad;
  std::vector<std::shared_ptr<Adapter>> adapters;
  for (const Variant* variant : site.selected.variants | std::views::reverse) {
    adapters.insert(adapters.begin(), variant->make(site, variant->fresh(site, leaf, injection)));
  }
  return adapters;
}

Weight without_adapters(Weight weight) {
  for (const auto& attachment : weight.attachments) {
    if (const at::Tensor value = attachment->base_value(); value.defined()) weight.value = value;
  }
  weight.attachments.clear();
  return weight;
}

}  // namespace

bool changes_base(const LoRAConfig& config) { return init_method(config.init).from_weights; }

bool changed_base(const LoRAParams& adapters) {
  return std::any_of(adapters.begin(), adapters.end(),
                     [](const auto& adapter) { return adapter->changed_base(); });
}

LoRAParams inject_lora_params(ParameterTree& parameters, const LoRAConfig& config, uint64_t seed) {
  const Selection selection = checked_selection(parameters, config);
  expect_bare(selection);
  Injection injection{.seed = seed};
  LoRAParams adapters;
  for (const SelectedLeaf& selected : selection.leaves) {
    Parameter& leaf = parameters.all()[selected.index];
    for (const auto& adapter : fresh_adapters({selection, selected}, leaf, injection)) {
      adapter->put_on(leaf.weight);
      adapters.push_back(adapter);
    }
  }
  return adapters;
}

LoRAParams attach_lora_params(ParameterTree& parameters, const NamedTensors& tensors,
                              const LoRAConfig& config) {
  const Selection selection = checked_selection(parameters, config);
  expect_bare(selection);
  Given given(tensors, parameters.device());
  std::vector<Problem> problems;
  LoRAParams adapters;
  for (const SelectedLeaf& selected : selection.leaves) {
    const Site site{selection, selected};
    if (!given.has(site.path())) {
      problems.push_back(wrong_leaf(site.path(), true));
      continue;
    }
    for (const Variant* variant : selected.variants) {
      AdapterTensors own = given.take(site, variant->tensors(site), problems);
      if (problems.empty()) adapters.push_back(variant->make(site, std::move(own)));
    }
    given.finish(site.path(), problems);
  }
  given.finish(problems);
  throw_first_problems(std::move(problems), "the adapters");
  for (const auto& adapter : adapters) adapter->put_on(parameters.at(adapter->path()).weight);
  return adapters;
}

void detach_lora_params(ParameterTree& parameters) {
  for (Parameter& leaf : parameters.all()) leaf.weight = without_adapters(std::move(leaf.weight));
}

bool has_adapters(const ParameterTree& parameters) {
  const auto& all = parameters.all();
  return std::any_of(all.begin(), all.end(),
                     [](const Parameter& leaf) { return !leaf.weight.attachments.empty(); });
}

AdaptersOff::AdaptersOff(ParameterTree& parameters) : parameters_(parameters) {
  for (Parameter& leaf : parameters_.all()) {
    saved_.push_back(leaf.weight);
    leaf.weight = without_adapters(std::move(leaf.weight));
  }
}

AdaptersOff::~AdaptersOff() {
  for (size_t i = 0; i < saved_.size(); ++i) {
    parameters_.all()[i].weight = std::move(saved_[i]);
  }
}

}  // namespace twofold
