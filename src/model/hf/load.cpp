// Weights of a Hugging Face folder into a model, converted straight from the mapped files.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "formats/hub_cache.h"
#include "model/hf/files.h"
#include "tensor/dtype.h"
#include "tensor/finite.h"
#include "tensor/io.h"
#include "tensor/storage.h"

namespace twofold {
namespace {

using formats::LocatedTensor;
using formats::TensorFolder;

bool is_float(formats::DType dtype) {
  using enum formats::DType;
  return dtype == kF16 || dtype == kBF16 || dtype == kF32 || dtype == kF64;
}

bool is_narrow(const at::Tensor& value) { return value.scalar_type() == at::kBFloat16; }

/// How a tensor of the file becomes one of the model.
enum class Placing {
  kCopy,    ///< memory of its own, in the parameter's dtype
  kMap,     ///< the mapping itself where the layout is ours
  kBorrow,  ///< the mapping where it is bfloat16, or float32 that products can take, else as kCopy
};

/// The table with the rows of `fresh` as the mean of those before them: in such a place a token is
/// neither likely nor unlikely (Hewitt 2021, "Initializing New Word Embeddings").
at::Tensor with_fresh_rows(const at::Tensor& table, const NewTokens& fresh, int64_t rows) {
  at::Tensor grown = table;
  if (table.size(0) < rows) {
    grown = at::empty({rows, table.size(1)}, table.options());
    grown.narrow(0, 0, table.size(0)).copy_(table);
  }
  const at::Tensor known = table.narrow(0, 0, fresh.first);
  grown.narrow(0, fresh.first, fresh.count).copy_(known.mean(0, /*keepdim=*/true, at::kDouble));
  return grown;
}

class Loader {
 public:
  Loader(Model& model, const Path& folder, Placing placing, const NewTokens& fresh)
      : model_(model),
        folder_(formats::open_tensor_folder(folder)),
        path_(formats::hub_folder(folder).string()),
        placing_(placing),
        fresh_(fresh) {}

  void load(const HfTensor& wanted) {
    Parameter& parameter = model_.parameters().at(wanted.ours);
    const LocatedTensor* found = locate(folder_, wanted);
    if (!found) {
      missing(wanted);
      return;
    }
    used_.insert(found->entry.name);
    if (!wanted.alias.empty()) check_copy(wanted, *found);
    std::vector<int64_t> shape = parameter.shape;
    if (wanted.transpose) std::reverse(shape.begin(), shape.end());
    if (!fits(wanted, found->entry, shape)) return;
    at::Tensor value = read_tensor(found->file, found->entry);
    if (!is_sound(find_not_finite(value, place_of(*found)))) return;
    if (wanted.transpose) value = value.t();
    at::Tensor& own = parameter.weight.value;
    const bool grows = gains_rows(parameter);
    own = !grows && can_map(parameter, value) ? value : in_place_of(parameter, value);
    if (c10::elementSize(own.scalar_type()) < c10::elementSize(value.scalar_type())) {
      is_sound(find_overflow(wanted.transpose ? own.t() : own, place_of(*found)));
    }
    if (grows) own = with_fresh_rows(own, fresh_, shape[0]);
  }

  /// The head of a model that was untied: the table, in memory of its own if it will be trained.
  void untie(const HfTensor& head) {
    used_.insert(head.theirs);
    const at::Tensor& table = model_.parameters().at("wte").weight.value;
    at::Tensor& own = model_.parameters().at(head.ours).weight.value;
    if (problems_.empty()) own = placing_ == Placing::kCopy ? table.clone() : table;
  }

  void finish() {
    for (const LocatedTensor& tensor : folder_.tensors) {
      const std::string& name = tensor.entry.name;
      if (used_.contains(name) || is_known_buffer(name)) continue;
      problems_.push_back({.what = "a tensor that this architecture does not have",
                           .where = place_of(tensor),
                           .expected = "only tensors that the architecture has",
                           .found = fmt::format("[{}]", fmt::join(tensor.entry.shape, ", ")),
                           .hint = "see whether config.json belongs to these weights"});
    }
    // A folder of another model lacks every tensor.
    throw_first_problems(std::move(problems_), path_);
  }

 private:
  static std::string place_of(const LocatedTensor& tensor) {
    return tensor.file->path().string() + ": " + tensor.entry.name;
  }

  bool is_sound(std::optional<Problem> fault) {
    if (fault) problems_.push_back(std::move(*fault));
    return !fault;
  }

  /// A table that is the head as well may be stored for both, but as one matrix: where the two
  /// differ, transformers 4 took the table for the head, and 5 keeps both.
  void check_copy(const HfTensor& wanted, const LocatedTensor& table) {
    used_.insert(wanted.alias);
    const LocatedTensor* head = folder_.find(wanted.alias);
    if (!head || head == &table || have_same_values(*head, table)) return;
    problems_.push_back(
        {.what = "the head differs from the table that it is tied to",
         .where = path_ + ": " + wanted.alias,
         .expected = "the values of " + table.entry.name + ", as config.json says",
         .found = "others",
         .hint = "set tie_word_embeddings to false there to have both (as transformers 5 reads "
                 "it), or take the head out of the file (as transformers 4 did)"});
  }

  void missing(const HfTensor& wanted) {
    std::vector<std::string> names;
    if (problems_.empty()) {  // the first tells what is the matter with the others
      for (const LocatedTensor& tensor : folder_.tensors) names.push_back(tensor.entry.name);
    }
    problems_.push_back(
        {.what = "a tensor is missing",
         .where = path_ + ": " + wanted.theirs,
         .expected = "a tensor for " + wanted.ours,
         .found = "none of this name",
         .hint = did_you_mean(wanted.theirs, names,
                              "see whether config.json belongs to these weights, and "
                              "whether all files are there")});
  }

  bool fits(const HfTensor& wanted, const formats::TensorEntry& entry,
            const std::vector<int64_t>& shape) {
    const std::string where = path_ + ": " + entry.name;
    if (!is_float(entry.dtype)) {
      problems_.push_back({.what = "weights of this type cannot be trained",
                           .where = where,
                           .expected = "F16, BF16, F32 or F64",
                           .found = std::string(formats::safetensors_name(entry.dtype)),
                           .hint = "convert them, or take weights that are not quantised"});
      return false;
    }
    std::vector<int64_t> found = entry.shape;
    // New tokens need not have rows yet.
    if (gains_rows(model_.parameters().at(wanted.ours)) && found[0] >= fresh_.first) {
      found[0] = std::max(found[0], shape[0]);
    }
    if (found == shape) return true;
    problems_.push_back({.what = "a tensor has another shape than the architecture says",
                         .where = where,
                         .expected = fmt::format("[{}]", fmt::join(shape, ", ")),
                         .found = fmt::format("[{}]", fmt::join(entry.shape, ", ")),
                         .hint = "see whether config.json belongs to these weights"});
    return false;
  }

  bool gains_rows(const Parameter& parameter) const {
    return fresh_.count > 0 && parameter.is_vocabulary();
  }

  bool can_map(const Parameter& parameter, const at::Tensor& value) const {
    if (placing_ == Placing::kCopy || value.scalar_type() == at::kDouble) return false;
    const bool wide = value.scalar_type() == at::kFloat;
    if (placing_ == Placing::kBorrow && !(wide ? is_cache_aligned(value) : is_narrow(value)))
      return false;
    return (parameter.transposed_storage ? value.t() : value).is_contiguous();
  }

  /// A copy of `value` in the parameter's dtype and storage order.
  static at::Tensor in_place_of(const Parameter& parameter, const at::Tensor& value) {
    const at::Tensor& old = parameter.weight.value;
    const auto options = value.options().dtype(old.defined() ? old.scalar_type() : at::kFloat);
    if (parameter.transposed_storage) {
      return at::empty({value.size(1), value.size(0)}, options).copy_(value.t()).t();
    }
    return at::empty(value.sizes(), options).copy_(value);
  }

  Model& model_;
  TensorFolder folder_;
  std::string path_;
  Placing placing_;
  NewTokens fresh_;
  std::set<std::string> used_;
  std::vector<Problem> problems_;
};

/// The model's tensors as its files have them. Of a model that was untied these hold one matrix,
/// under the table's name or the head's.
std::vector<HfTensor> tensors_of_files(const ModelConfig& config) {
  std::vector<HfTensor> tensors = hf_format(config).hf_tensors();
  const auto of = [&](const char* ours) {
    return std::find_if(tensors.begin(), tensors.end(),
                        [&](const HfTensor& tensor) { return tensor.ours == ours; });
  };
  if (config.untie) of("wte")->alias = of("lm_head")->theirs;
  return tensors;
}

void load(Model& model, const ModelConfig& config, const Path& folder, Placing placing,
          const NewTokens& fresh = {}) {
  const at::NoGradGuard no_grad;
  Loader loader(model, folder, placing, fresh);
  for (const HfTensor& tensor : tensors_of_files(config)) {
    if (config.untie && tensor.ours == "lm_head") {
      loader.untie(tensor);
    } else {
      loader.load(tensor);
    }
  }
  loader.finish();
}

}  // namespace

void load_hf_weights(Model& model, const ModelConfig& config, const Path& folder,
                     const NewTokens& fresh, bool borrow) {
  load(model, config, folder, borrow ? Placing::kBorrow : Placing::kCopy, fresh);
}

void map_hf_weights(Model& model, const ModelConfig& config, const Path& folder) {
  load(model, config, folder, Placing::kMap);
}

}  // namespace twofold
