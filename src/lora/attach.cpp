// Adapters onto a model's parameters and off again.

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "lora/init/init.h"
#include "lora/lora.h"
#include "lora/select/selection.h"
#include "tensor/dtype.h"
#include "tensor/packed.h"

namespace twofold {
namespace {

/// Everything phase 2 trains, in the tree's order. Throws as match_targets does.
std::vector<SelectedLeaf> checked_selection(const ParameterTree& parameters,
                                            const LoRAConfig& config) {
  match_targets(parameters, config);
  return select_leaves(parameters, config);
}

LowRank low_rank_of(const Adapter& adapter, double scale) {
  return {.A = adapter.A,
          .B = adapter.B,
          .scale = scale,
          .magnitude = adapter.magnitude,
          .dropout_site = hash64(adapter.path)};
}

void attach(Parameter& leaf, const Adapter& adapter, const SelectedLeaf& selected) {
  Weight& weight = leaf.weight;
  TWOFOLD_EXPECT(!weight.low_rank && !weight.rows && !weight.frozen.defined(),
                 leaf.path + " has an adapter");
  for (const at::Tensor& tensor :
       {adapter.A, adapter.B, adapter.magnitude, adapter.whole, adapter.rows}) {
    if (tensor.defined()) tensor.requires_grad_(true);
  }
  if (selected.whole) weight.frozen = std::exchange(weight.value, adapter.whole);
  if (selected.adapted()) weight.low_rank = low_rank_of(adapter, selected.scale);
  if (adapter.rows.defined()) {
    weight.rows = TrainedRows{.ids = at::tensor(selected.rows, at::kLong), .value = adapter.rows};
  }
}

void add_fresh_factors(Adapter& adapter, Parameter& leaf, const SelectedLeaf& selected,
                       const LoRAConfig& config, uint64_t seed) {
  at::Tensor& value = leaf.weight.value;
  const InitMethod& method = init_method(config.init);
  InitSubject subject{.path = leaf.path,
                      .in = leaf.shape[0],
                      .out = leaf.shape[1],
                      .rank = selected.rank,
                      .scale = selected.scale,
                      .seed = seed};
  if (method.from_weights) subject.value = value.detach().to(at::kFloat);
  Factors factors = method.make(subject);
  const at::Device device = leaf.weight.packed ? at::Device(at::kCPU) : value.device();
  adapter.A = factors.A.to(device);
  adapter.B = factors.B.to(device);
  if (method.from_weights) {
    adapter.start_A = adapter.A.clone();
    adapter.start_B = adapter.B.clone();
    const at::Tensor residual = at::addmm(subject.value, adapter.A, adapter.B, 1, -selected.scale);
    value = at::empty_like(value.detach()).copy_(residual);
  }
  if (selected.dora) {
    adapter.magnitude = output_norms(leaf.path, unpacked(leaf.weight, at::kFloat),
                                     low_rank_of(adapter, selected.scale));
  }
}

Adapter fresh_adapter(Parameter& leaf, const SelectedLeaf& selected, const LoRAConfig& config,
                      uint64_t seed) {
  const at::NoGradGuard no_grad;
  const auto own_copy = [](const at::Tensor& value) {
    return value.detach().to(at::kFloat).clone(at::MemoryFormat::Contiguous);
  };
  const at::Tensor& value = leaf.weight.value;
  Adapter adapter{.path = leaf.path};
  if (selected.whole) adapter.whole = own_copy(value);
  if (!selected.rows.empty()) {
    adapter.rows = own_copy(value.detach().index_select(0, at::tensor(selected.rows, at::kLong)));
  }
  if (selected.adapted()) add_fresh_factors(adapter, leaf, selected, config, seed);
  return adapter;
}

std::string describe(const at::Tensor& tensor) {
  if (!tensor.defined()) return "none";
  return fmt::format("{} ({})", dtype_name(tensor.scalar_type()), fmt::join(tensor.sizes(), ", "));
}

/// What keeps `adapter` from being what `selected` asks for at `leaf`, if anything.
std::optional<Problem> misfit(const Parameter& leaf, const Adapter& adapter,
                              const SelectedLeaf& selected) {
  using Shape = std::vector<int64_t>;
  const auto wanted = [](bool is_wanted, Shape shape) {
    return is_wanted ? std::optional(std::move(shape)) : std::nullopt;
  };
  const int64_t in = leaf.shape.front(), out = leaf.shape.back();  // one, of a vector
  const int64_t outputs = selected.adapted() ? outputs_of(leaf) : out;
  const struct {
    const char* name;
    const at::Tensor& tensor;
    std::optional<Shape> shape;
  } parts[] = {
      {"lora_A", adapter.A, wanted(selected.adapted(), {in, selected.rank})},
      {"lora_B", adapter.B, wanted(selected.adapted(), {selected.rank, out})},
      {"lora_magnitude", adapter.magnitude, wanted(selected.dora, {outputs})},
      {"rows", adapter.rows, wanted(!selected.rows.empty(), {std::ssize(selected.rows), out})},
      {"whole", adapter.whole, wanted(selected.whole, leaf.shape)}};
  for (const auto& [name, tensor, shape] : parts) {
    const bool fits = shape ? tensor.defined() && tensor.scalar_type() == at::kFloat &&
                                  tensor.sizes() == at::IntArrayRef(*shape)
                            : !tensor.defined();
    if (fits) continue;
    return Problem{
        .what = "an adapter does not fit the weight it is for",
        .where = fmt::format("{}, {}", leaf.path, name),
        .expected = shape ? fmt::format("float32 ({})", fmt::join(*shape, ", ")) : "none",
        .found = describe(tensor),
        .hint =
            "optimization/lora/* and the architecture must be what the adapters were trained "
            "with"};
  }
  return std::nullopt;
}

Problem wrong_leaf(const std::string& path, bool expected) {
  return {.what = expected ? "the targets select a leaf that has no adapter here"
                           : "there is an adapter for a leaf that the targets do not select",
          .where = path,
          .expected = expected ? "an adapter" : "no adapter",
          .found = expected ? "none" : "an adapter",
          .hint = "optimization/lora/target_modules must be what the adapters were trained with"};
}

}  // namespace

bool changes_base(const LoRAConfig& config) { return init_method(config.init).from_weights; }

LoRAParams inject_lora_params(ParameterTree& parameters, const LoRAConfig& config, uint64_t seed) {
  LoRAParams adapters;
  for (const SelectedLeaf& selected : checked_selection(parameters, config)) {
    Parameter& leaf = parameters.all()[selected.index];
    adapters.push_back(fresh_adapter(leaf, selected, config, seed));
    attach(leaf, adapters.back(), selected);
  }
  return adapters;
}

void attach_lora_params(ParameterTree& parameters, const LoRAParams& adapters,
                        const LoRAConfig& config) {
  const std::vector<SelectedLeaf> leaves = checked_selection(parameters, config);
  std::map<std::string, const Adapter*> by_path;
  for (const Adapter& adapter : adapters) by_path[adapter.path] = &adapter;
  std::vector<Problem> problems;
  std::vector<std::pair<const SelectedLeaf*, const Adapter*>> pairs;
  for (const SelectedLeaf& selected : leaves) {
    const Parameter& leaf = parameters.all()[selected.index];
    const auto found = by_path.extract(leaf.path);
    if (found.empty()) {
      problems.push_back(wrong_leaf(leaf.path, true));
    } else if (auto problem = misfit(leaf, *found.mapped(), selected)) {
      problems.push_back(std::move(*problem));
    } else {
      pairs.emplace_back(&selected, found.mapped());
    }
  }
  for (const auto& [path, adapter] : by_path) problems.push_back(wrong_leaf(path, false));
  throw_problems(std::move(problems));
  for (const auto& [selected, adapter] : pairs) {
    attach(parameters.all()[selected->index], *adapter, *selected);
  }
}

std::shared_ptr<AdapterDropout> attach_dropout(ParameterTree& parameters) {
  auto dropout = std::make_shared<AdapterDropout>();
  for (Parameter& leaf : parameters.all()) {
    if (leaf.weight.low_rank && inputs_of(leaf) > 0) leaf.weight.low_rank->dropout = dropout;
  }
  return dropout;
}

namespace {

/// The bare base's weight.
Weight without_adapter(Weight weight) {
  weight.low_rank.reset();
  weight.rows.reset();
  if (weight.frozen.defined()) weight.value = std::exchange(weight.frozen, at::Tensor());
  return weight;
}

}  // namespace

void detach_lora_params(ParameterTree& parameters) {
  for (Parameter& leaf : parameters.all()) leaf.weight = without_adapter(std::move(leaf.weight));
}

AdaptersOff::AdaptersOff(ParameterTree& parameters) : parameters_(parameters) {
  for (Parameter& leaf : parameters_.all()) {
    saved_.push_back(leaf.weight);
    leaf.weight = without_adapter(std::move(leaf.weight));
  }
}

AdaptersOff::~AdaptersOff() {
  for (size_t i = 0; i < saved_.size(); ++i) {
    parameters_.all()[i].weight = std::move(saved_[i]);
  }
}

}  // namespace twofold
