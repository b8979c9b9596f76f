// Reads a PEFT folder as our adapters: every tensor of the file must have a place, and every place
// a tensor.

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "formats/hub_cache.h"
#include "interop/peft/coverage.h"
#include "interop/peft/mapping.h"
#include "interop/peft/peft.h"
#include "interop/peft/settings.h"
#include "lora/select/target.h"
#include "twofold/lora/lora.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

using Shape = PeftTensors::Shape;

class Loader {
 public:
  Loader(const Path& folder, const ModelConfig& model, const ParameterTree& parameters,
         TableCopies copies)
      : config_(read_peft_config(folder / kPeftConfigFile)),
        mapping_(peft_mapping(config_.peft_type)),
        parameters_(parameters),
        untied_(model.untie),
        copies_(copies),
        tensors_(folder),
        found_(config_, model, tensors_),
        modules_(found_.modules()) {
    for (const PeftModule& module : modules_) take(module);
    for (const PeftModule& module : modules_) check_tied(module);
    check_tokens();
    if (settings_.ranks.empty() && tensors_.sound()) {
      problem("target_modules", "the adapter's targets are in no layer of this model",
              "names of this model's modules", "none of them");
    }
    shared_ = mapping_.load_shared(tensors_);
    tensors_.finish();
  }

  PeftAdapter result() {
    PeftAdapter result{.lora = settings_of(config_, settings_, parameters_), .tensors = {}};
    for (const auto& [leaf, tensors] : adapters_) {
      for (const auto& [name, tensor] : tensors) {
        result.tensors.emplace_back(leaf + "/" + name, tensor);
      }
    }
    for (const auto& [name, tensor] : shared_) result.tensors.emplace_back(name, tensor);
    return result;
  }

 private:
  void problem(const std::string& name, std::string what, std::string expected, std::string found,
               std::string hint = "") {
    tensors_.problem(name, std::move(what), std::move(expected), std::move(found), std::move(hint));
  }
  at::Tensor read(const std::string& name, const Shape& shape) {
    return tensors_.read(name, shape);
  }

  const Shape& shape_of(const std::string& leaf) const { return parameters_.find(leaf)->shape; }

  void take(const PeftModule& module) {
    const std::string name = kPeftPrefix + module.name;
    const bool saved = found_.saves(module);
    const bool adapted = !saved && found_.targets(module);
    if (saved) take_saved(module, name);
    if (const auto* ids = found_.tokens_of(module)) take_rows(module, name, *ids, saved || adapted);
    if (adapted && !module.adaptable()) {
      problem(module.name, "the targets select a module that takes no adapter",
              "linear layers, embeddings or the head", "another module");
    } else if (adapted) {
      take_factors(module, name);
      skip_base_copy(module, name + ".base_layer.weight");
    } else if (!saved && module.adaptable()) {
      skip_base_copy(module, name + ".weight");
      skip_base_copy(module, name + ".token_adapter.base_layer.weight");
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

  void take_rows(const PeftModule& module, const std::string& name, const std::vector<int64_t>& ids,
                 bool taken) {
    if (module.tied) return;  // see check_tokens
    const bool table = module.weight == "wte" || is_head(module.weight);
    const int64_t most = table ? shape_of(module.weight)[0] : 0;
    if (taken || !table) {
      problem(module.name, "trainable_token_indices of a module that cannot have them",
              "an embedding or a head that is not adapted otherwise", "another module");
    } else if (*std::max_element(ids.begin(), ids.end()) >= most) {
      problem(module.name, "trainable_token_indices beyond the rows of this model",
              fmt::format("ids below {}", most), fmt::format("{}", fmt::join(ids, ", ")));
    } else if (const at::Tensor rows =
                   read(name + kPeftRows, {std::ssize(ids), shape_of(module.weight)[1]});
               rows.defined()) {
      settings_.rows[module.weight] = ids;
      add(name, module.weight, {{"rows", rows.clone()}});
    }
  }

  /// Every list of tokens is some module's, and that of a tied head is its table's.
  void check_tokens() {
    for (const auto& [end, ids] : config_.trainable_tokens) {
      const auto meant = [&](const PeftModule& module) { return found_.tokens_of(module) == &ids; };
      if (std::any_of(modules_.begin(), modules_.end(), meant)) continue;
      problem("trainable_token_indices/" + end, "no module of this model",
              "the end of a module's name", end);
    }
    for (const PeftModule& end : modules_) {
      if (!untied_ || end.kind == PeftModule::Kind::kDense || !found_.tokens_of(end)) continue;
      problem(end.name, "trainable_token_indices of a table that is the head as well",
              "a model that is not untied for another adapter, or by a setting", "an untied one");
    }
    for (const PeftModule& head : modules_) {
      const auto* ids = head.tied ? found_.tokens_of(head) : nullptr;
      const auto own = settings_.rows.find(head.weight);
      if (!ids || (own != settings_.rows.end() && own->second == *ids)) continue;
      problem(head.name, "the table and the head are one matrix in this model",
              "the same trainable_token_indices for both", "others");
    }
  }

  void take_whole(const std::string& leaf, const std::string& name, bool transpose) {
    Shape shape = shape_of(leaf);
    if (transpose) std::swap(shape[0], shape[1]);
    const at::Tensor value = read(name, shape);
    if (!value.defined()) return;
    add(name, leaf,
        {{"whole", (transpose ? value.t() : value).clone(at::MemoryFormat::Contiguous)}});
  }

  void take_factors(const PeftModule& module, const std::string& name) {
    AdapterTensors tensors = mapping_.load(module, shape_of(module.weight), config_, tensors_);
    if (tensors.empty()) return;
    settings_.ranks[module.weight] = config_.rank_of(module.name);
    settings_.alphas[module.weight] = config_.alpha_of(module.name);
    add(name, module.weight, std::move(tensors));
  }

  /// PEFT may save tables that it left alone. They must be this model's.
  void skip_base_copy(const PeftModule& module, const std::string& name) {
    if (!tensors_.has(name) || module.kind == PeftModule::Kind::kDense) return;
    at::Tensor copy = read(name, shape_of(module.weight));
    const at::Tensor& value = parameters_.find(module.weight)->weight.value;
    if (!copy.defined() || !value.defined() || copies_ == TableCopies::kIgnored) return;
    at::Tensor own = value.to(at::kFloat);
    if (const auto own_rows = settings_.rows.find(module.weight);
        own_rows != settings_.rows.end()) {
      const at::Tensor rows =
          tensor_of(own_rows->second, value.device());  // the adapter has its own
      copy = copy.index_fill(0, rows, 0);
      own = own.index_fill(0, rows, 0);
    }
    if (at::allclose(copy.to(value.scalar_type()).to(at::kFloat), own, 1e-3, 1e-6)) return;
    problem(name, "the adapter was trained on another table than this model's",
            "the model's own values", "others");
  }

  /// One matrix cannot be trained as a table and left alone as a head, nor have its columns'
  /// lengths and its rows' trained.
  void check_tied(const PeftModule& head) {
    if (!head.tied) return;
    const PeftModule& table = found_.table_of(head);
    const bool both = found_.covers(head);
    if (found_.covers(table) != both) {
      problem(both ? head.name : table.name,
              "the adapter is for one of two modules that share their weight in this model",
              fmt::format("{} and {} both, or neither", table.name, head.name), "one of them",
              "train it with ensure_weight_tying=True, or untie the model");
    } else if (both && config_.use_dora && found_.targets(head)) {
      problem(head.name, "DoRA on a table and a head that share A and B in this model",
              "use_dora without ensure_weight_tying, or no table among the targets",
              "the lengths of the table's columns and of the head's rows");
    }
  }

  /// A tied head and its table are one leaf here: what they are given must be one as well.
  void add(const std::string& name, const std::string& leaf, AdapterTensors tensors) {
    const auto [at, is_new] = adapters_.emplace(leaf, tensors);
    if (is_new) return;
    const auto same = [&](const char* which) {
      const auto one = at->second.find(which), other = tensors.find(which);
      const bool there = one != at->second.end();
      if (there != (other != tensors.end())) return false;
      return !there || at::equal(one->second, other->second);
    };
    if (same("lora_A") && same("lora_B") && same("whole")) return;
    problem(name, "the table and the head are one matrix in this model, but trained apart",
            "the same adapter for both", "two that differ");
  }

  PeftConfig config_;
  const PeftMapping& mapping_;
  const ParameterTree& parameters_;
  const bool untied_;  ///< the weights' one matrix is two here
  const TableCopies copies_;
  PeftTensors tensors_;
  PeftCoverage found_;
  const std::vector<PeftModule>& modules_;
  std::map<std::string, AdapterTensors> adapters_;
  AdapterTensors shared_;
  PeftLeaves settings_;
};

}  // namespace

PeftAdapter read_peft_folder(const Path& folder, const ModelConfig& config,
                             const ParameterTree& parameters, TableCopies copies) {
  const at::NoGradGuard no_grad;
  return Loader(formats::hub_folder(folder), config, parameters, copies).result();
}

PeftAdapter load_peft_folder(const Path& folder, const ModelConfig& config,
                             ParameterTree& parameters, TableCopies copies) {
  PeftAdapter adapter = read_peft_folder(folder, config, parameters, copies);
  attach_lora_params(parameters, adapter.tensors, adapter.lora);
  return adapter;
}

}  // namespace twofold
