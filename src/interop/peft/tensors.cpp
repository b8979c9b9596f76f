#include "interop/peft/tensors.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "interop/peft/config.h"
#include "tensor/dtype.h"
#include "tensor/finite.h"
#include "tensor/io.h"

namespace twofold {

PeftTensors::PeftTensors(const Path& folder) : path_((folder / kPeftWeightsFile).string()) {
  if (!std::filesystem::exists(path_)) {
    fail({.what = "the adapter has no weights",
          .where = path_,
          .expected = kPeftWeightsFile,
          .found = "no such file",
          .hint = std::filesystem::exists(folder / "adapter_model.bin")
                      ? "adapter_model.bin is a pickle: load and save it once with PEFT"
                      : "give the folder that PEFT's save_pretrained wrote"});
  }
  file_ = std::make_shared<const formats::SafetensorsFile>(path_);
}

at::Tensor PeftTensors::read(const std::string& name, const Shape& shape) {
  const formats::TensorEntry* entry = file_->find(name);
  const std::string expected = fmt::format("[{}]", fmt::join(shape, ", "));
  if (!entry) {
    problem(name, "a tensor of the adapter is missing", expected, "no such tensor");
    return {};
  }
  used_.insert(name);
  if (entry->shape != shape) {
    problem(name, "a tensor has another shape than this model and the rank ask for", expected,
            fmt::format("[{}]", fmt::join(entry->shape, ", ")));
    return {};
  }
  const at::Tensor tensor = read_tensor(file_, *entry);
  if (!tensor.is_floating_point()) {
    problem(name, "not numbers that can be trained", "F16, BF16, F32 or F64",
            dtype_name(tensor.scalar_type()));
    return {};
  }
  const std::string where = path_ + ": " + name;
  std::optional<Problem> fault = find_not_finite(tensor, where);
  const at::Tensor wide = tensor.to(at::kFloat);
  if (!fault && tensor.scalar_type() == at::kDouble) fault = find_overflow(wide, where);
  if (!fault) return wide;
  problems_.push_back(std::move(*fault));
  return {};
}

at::Tensor PeftTensors::peek(const std::string& name) const {
  const formats::TensorEntry* entry = file_->find(name);
  return entry ? read_tensor(file_, *entry).to(at::kFloat) : at::Tensor();
}

bool PeftTensors::has_any(const std::string& start) const {
  const auto& all = file_->tensors();
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& entry) { return entry.name.starts_with(start); });
}

void PeftTensors::problem(const std::string& name, std::string what, std::string expected,
                          std::string found, std::string hint) {
  problems_.push_back({.what = std::move(what),
                       .where = path_ + ": " + name,
                       .expected = std::move(expected),
                       .found = std::move(found),
                       .hint = hint.empty() ? "see whether the adapter was made for this model, "
                                              "and saved whole"
                                            : std::move(hint)});
}

void PeftTensors::finish() {
  for (const formats::TensorEntry& entry : file_->tensors()) {
    if (used_.contains(entry.name)) continue;
    problem(entry.name, "a tensor that has no place", "tensors of what adapter_config.json names",
            fmt::format("[{}]", fmt::join(entry.shape, ", ")));
  }
  // Where one layer is wrong, all are.
  throw_first_problems(std::move(problems_), path_);
}

}  // namespace twofold
