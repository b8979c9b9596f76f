// A PEFT folder as our adapters: every tensor of the file has a place, every place a tensor.

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "interop/peft.h"
#include "interop/peft_config.h"
#include "interop/peft_modules.h"
#include "interop/peft_settings.h"
#include "tensor/dtype.h"
#include "tensor/io.h"

namespace twofold {
namespace {

using Shape = std::vector<int64_t>;

class Loader {
 public:
  Loader(const Path& folder, const ModelConfig& model, const ParameterTree& parameters)
      : file_((folder / kPeftWeightsFile).string()),
        config_(read_peft_config(folder / kPeftConfigFile)),
        parameters_(parameters),
        modules_(peft_modules(model)) {
    if (!std::filesystem::exists(file_)) {
      fail({.what = "the adapter has no weights",
            .where = file_,
            .expected = kPeftWeightsFile,
            .found = "no such file",
            .hint = std::filesystem::exists(folder / "adapter_model.bin")
                        ? "adapter_model.bin is a pickle: load and save it once with PEFT"
                        : "give the folder that PEFT's save_pretrained wrote"});
    }
    weights_ = std::make_shared<const formats::SafetensorsFile>(file_);
    for (const PeftModule& module : modules_) take(module);
    for (const PeftModule& module : modules_) check_tied(module);
    if (settings_.ranks.empty() && problems_.empty()) {
      problem("target_modules", "the adapter's targets are in no layer of this model", "", "");
    }
    for (const formats::TensorEntry& entry : weights_->tensors()) {
      if (!used_.contains(entry.name)) problem(entry.name, "a tensor that has no place", "", "");
    }
    throw_problems();
  }

  PeftAdapter result() {
    PeftAdapter result{.lora = settings_of(config_, settings_, parameters_), .adapters = {}};
    for (auto& [leaf, adapter] : adapters_) result.adapters.push_back(std::move(adapter));
    return result;
  }

 private:
  /// As many as fit a screen: where one layer is wrong, all are.
  void throw_problems() {
    constexpr size_t kShown = 6;
    if (problems_.empty()) return;
    if (problems_.size() > kShown) {
      problems_[kShown - 1].hint =
          fmt::format("and {} more of the kind", problems_.size() - kShown);
      problems_.resize(kShown);
    }
    throw Error(std::move(problems_));
  }

  void problem(const std::string& name, std::string what, std::string expected, std::string found) {
    problems_.push_back(
        {.what = std::move(what),
         .where = file_ + ": " + name,
         .expected = std::move(expected),
         .found = std::move(found),
         .hint = "see whether the adapter was made for this model, and saved whole"});
  }

  /// The tensor, checked, as float32; undefined (and a problem) if it is not as it must be.
  at::Tensor read(const std::string& name, const Shape& shape) {
    const formats::TensorEntry* entry = weights_->find(name);
    const std::string expected = fmt::format("[{}]", fmt::join(shape, ", "));
    if (!entry) {
      problem(name, "a tensor of the adapter is missing", expected, "");
      return {};
    }
    used_.insert(name);
    if (entry->shape != shape) {
      problem(name, "a tensor has another shape than this model and the rank ask for", expected,
              fmt::format("[{}]", fmt::join(entry->shape, ", ")));
      return {};
    }
    const at::Tensor tensor = read_tensor(weights_, *entry);
    if (!tensor.is_floating_point()) {
      problem(name, "not numbers that can be trained", "F16, BF16, F32 or F64",
              dtype_name(tensor.scalar_type()));
      return {};
    }
    if (!at::isfinite(tensor).all().item<bool>()) {
      problem(name, "the adapter holds numbers that are not finite", "finite numbers",
              "NaN or inf");
      return {};
    }
    return tensor.to(at::kFloat);
  }

  const Shape& shape_of(const std::string& leaf) const { return parameters_.find(leaf)->shape; }

  void take(const PeftModule& module) {
    const std::string name = kPeftPrefix + module.name;
    const bool saved = config_.saves(module.name);
    const bool adapted =
        !saved && config_.targets(module.name, module.kind == PeftModule::Kind::kDense);
    if (saved) take_saved(module, name);
    if (adapted && !module.adaptable()) {
      problem(module.name, "the targets select a module that takes no adapter", "", "");
    } else if (adapted) {
      take_factors(module, name);
      skip_base_copy(module, name + ".base_layer.weight");
    } else if (!saved && module.adaptable()) {
      skip_base_copy(module, name + ".weight");
    }
    const bool biased = config_.bias == "all" || (config_.bias == "lora_only" && adapted);
    if (!module.bias.empty() && !saved && biased) {
      take_whole(module.bias, name + (adapted ? ".base_layer.bias" : ".bias"), false);
    }
  }

  void take_saved(const PeftModule& module, const std::string& name) {
    take_whole(module.weight, name + ".weight", module.transpose);
    if (!module.bias.empty()) take_whole(module.bias, name + ".bias", false);
    if (!module.weight.empty()) settings_.saved.insert(module.weight);
  }

  void take_whole(const std::string& leaf, const std::string& name, bool transpose) {
    Shape shape = shape_of(leaf);
    if (transpose) std::swap(shape[0], shape[1]);
    const at::Tensor value = read(name, shape);
    if (!value.defined()) return;
    add(name, {.path = leaf,
               .whole = (transpose ? value.t() : value).clone(at::MemoryFormat::Contiguous)});
  }

  void take_factors(const PeftModule& module, const std::string& name) {
    const Shape& leaf = shape_of(module.weight);
    const bool head = module.kind == PeftModule::Kind::kHead;
    const int64_t in = leaf[head ? 1 : 0], out = leaf[head ? 0 : 1];
    const int64_t rank = config_.rank_of(module.name);
    const at::Tensor A = read(name + factor_suffix(module, true), {rank, in});
    const at::Tensor B = read(name + factor_suffix(module, false), {out, rank});
    const at::Tensor magnitude =
        config_.use_dora ? read(name + ".lora_magnitude_vector", {out}) : at::Tensor();
    if (!A.defined() || !B.defined() || magnitude.defined() != config_.use_dora) return;
    Adapter adapter = from_peft(module, {A, B});
    if (magnitude.defined()) adapter.magnitude = magnitude.clone();
    settings_.ranks[module.weight] = rank;
    settings_.alphas[module.weight] = config_.alpha_of(module.name);
    add(name, std::move(adapter));
  }

  /// PEFT may save tables that it left alone. They must be this model's.
  void skip_base_copy(const PeftModule& module, const std::string& name) {
    const formats::TensorEntry* entry = weights_->find(name);
    if (!entry || module.kind == PeftModule::Kind::kDense) return;
    const at::Tensor copy = read(name, shape_of(module.weight));
    const at::Tensor& value = parameters_.find(module.weight)->weight.value;
    if (!copy.defined() || !value.defined()) return;
    const at::Tensor own = value.to(at::kFloat);
    if (at::allclose(copy.to(value.scalar_type()).to(at::kFloat), own, 1e-3, 1e-6)) return;
    problem(name, "the adapter was trained on another table than this model's",
            "the model's own values", "others");
  }

  bool covers(const PeftModule& module) const {
    return config_.saves(module.name) || config_.targets(module.name, false);
  }

  /// One matrix cannot be trained as a table and left alone as a head.
  void check_tied(const PeftModule& head) {
    if (!head.tied) return;
    for (const PeftModule& table : modules_) {
      if (table.tied || table.weight != head.weight || covers(table) == covers(head)) continue;
      problem(covers(table) ? table.name : head.name,
              "the adapter is for one of two modules that share their weight in this model",
              fmt::format("{} and {} both, or neither", table.name, head.name), "one of them");
    }
  }

  /// A tied head and its table are one leaf here: what they are given must be one as well.
  void add(const std::string& name, Adapter adapter) {
    const auto [at, is_new] = adapters_.emplace(adapter.path, adapter);
    if (is_new) return;
    const Adapter& first = at->second;
    const auto same = [](const at::Tensor& a, const at::Tensor& b) {
      return a.defined() == b.defined() && (!a.defined() || at::equal(a, b));
    };
    if (same(first.A, adapter.A) && same(first.B, adapter.B) && same(first.whole, adapter.whole)) {
      return;
    }
    problem(name, "the table and the head are one matrix in this model, but trained apart",
            "the same adapter for both", "two that differ");
  }

  std::string file_;
  PeftConfig config_;
  const ParameterTree& parameters_;
  std::vector<PeftModule> modules_;
  std::shared_ptr<const formats::SafetensorsFile> weights_;
  std::map<std::string, Adapter> adapters_;
  std::set<std::string> used_;
  PeftLeaves settings_;
  std::vector<Problem> problems_;
};

}  // namespace

PeftAdapter read_peft_folder(const Path& folder, const ModelConfig& config,
                             const ParameterTree& parameters) {
  const at::NoGradGuard no_grad;
  return Loader(folder, config, parameters).result();
}

PeftAdapter load_peft_folder(const Path& folder, const ModelConfig& config,
                             ParameterTree& parameters) {
  PeftAdapter adapter = read_peft_folder(folder, config, parameters);
  attach_lora_params(parameters, adapter.adapters, adapter.lora);
  return adapter;
}

}  // namespace twofold
