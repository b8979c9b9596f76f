#include "interop/gguf/model.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "tensor/gguf.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

using formats::GgmlType;
using formats::GgufFile;
using formats::GgufTensor;

const std::vector<std::pair<std::string, GgmlType>>& dtypes() {
  static const std::vector<std::pair<std::string, GgmlType>> kDtypes = {
      {"f32", GgmlType::kF32},      {"f16", GgmlType::kF16},     {"bf16", GgmlType::kBF16},
      {"q8_0", GgmlType::kQ8_0},    {"float32", GgmlType::kF32}, {"float16", GgmlType::kF16},
      {"bfloat16", GgmlType::kBF16}};
  return kDtypes;
}

/// llama.cpp's `llama_ftype`.
uint32_t file_type(GgmlType type) {
  switch (type) {
    case GgmlType::kF32:
      return 0;
    case GgmlType::kF16:
      return 1;
    case GgmlType::kQ8_0:
      return 7;
    case GgmlType::kBF16:
      return 32;
  }
  return 0;
}

bool stays_float32(const GgufWeight& weight) {
  return weight.shape.size() == 1 || weight.name.ends_with("_norm.weight") ||
         weight.name == "position_embd.weight";
}

GgmlType stored_type(const GgufWeight& weight, GgmlType wanted) {
  if (stays_float32(weight)) return GgmlType::kF32;
  const auto row = static_cast<uint64_t>(weight.shape.back());
  return row % formats::ggml_layout(wanted).elements == 0 ? wanted : GgmlType::kF16;
}

at::Tensor stored_order(const GgufWeight& weight, const at::Tensor& ours) {
  at::Tensor value = weight.transpose ? ours.t() : ours;
  if (!weight.rows.empty()) value = value.index_select(0, tensor_of(weight.rows, ours.device()));
  value = value.detach().to(at::kFloat);
  if (weight.offset != 0) value = value + weight.offset;
  if (weight.factor != 1) value = value * weight.factor;
  return value.contiguous();
}

at::Tensor our_order(const GgufWeight& weight, const at::Tensor& stored) {
  at::Tensor value = stored;
  if (!weight.rows.empty()) {
    value = at::empty_like(stored).index_copy_(0, tensor_of(weight.rows, stored.device()), stored);
  }
  if (weight.factor != 1) value = value.to(at::kFloat) / weight.factor;
  if (weight.offset != 0) value = value.to(at::kFloat) - weight.offset;
  return weight.transpose ? value.t() : value;
}

constexpr const char* kExportAgain = "write the file again with `twofold export --to gguf`";

/// What keeps `tensor` from being `weight`, if anything.
std::optional<Problem> misfit(const GgufFile& file, const GgufWeight& weight,
                              const GgufTensor* tensor) {
  const std::string where = file.path().string() + ": " + weight.name;
  if (!tensor) {
    return Problem{.what = "a tensor is missing",
                   .where = where,
                   .expected = fmt::format("a tensor of [{}]", fmt::join(weight.shape, ", ")),
                   .found = "none of this name",
                   .hint = kExportAgain};
  }
  if (tensor->shape != weight.shape) {
    return Problem{.what = "a tensor has another shape than the architecture says",
                   .where = where,
                   .expected = fmt::format("[{}]", fmt::join(weight.shape, ", ")),
                   .found = fmt::format("[{}]", fmt::join(tensor->shape, ", ")),
                   .hint = kExportAgain};
  }
  if (!formats::is_convertible(tensor->type)) {
    return Problem{.what = "tensors of this type cannot be read",
                   .where = where,
                   .expected = "F32, F16, BF16 or Q8_0",
                   .found = std::string(formats::ggml_layout(tensor->type)->name),
                   .hint = kExportAgain};
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> write_gguf_model(const GgufPlan& plan, const NamedTensors& tensors,
                                          const formats::GgufMetadata& tokenizer, GgmlType type,
                                          const std::string& name, const Path& file) {
  const at::NoGradGuard no_grad;
  formats::GgufMetadata metadata = plan.metadata;
  metadata.emplace_back("general.type", std::string("model"));
  if (!name.empty()) metadata.emplace_back("general.name", name);
  metadata.emplace_back("general.file_type", file_type(type));
  if (type == GgmlType::kQ8_0) metadata.emplace_back("general.quantization_version", uint32_t{2});
  metadata.insert(metadata.end(), tokenizer.begin(), tokenizer.end());

  std::vector<formats::GgufTensorToWrite> entries;
  std::vector<std::string> widened;
  for (const GgufWeight& weight : plan.weights) {
    entries.push_back({weight.name, stored_type(weight, type), weight.shape});
    if (!stays_float32(weight) && entries.back().type != type) widened.push_back(weight.name);
  }
  const std::map<std::string, at::Tensor> ours(tensors.begin(), tensors.end());
  formats::GgufWriter writer(file, metadata, std::move(entries));
  for (const GgufWeight& weight : plan.weights) {
    append_rows(writer,
                weight.ours.empty() ? weight.constant : stored_order(weight, ours.at(weight.ours)));
  }
  writer.close();
  if (widened.empty()) return {};
  return {fmt::format("{} tensors are f16, since their rows are not whole blocks of 32: {}{}",
                      widened.size(), widened.front(), widened.size() > 1 ? ", …" : "")};
}

NamedTensors read_gguf_model(const GgufPlan& plan, const Path& path) {
  const GgufFile file(path);
  std::vector<Problem> problems;
  std::set<std::string> expected;
  for (const GgufWeight& weight : plan.weights) {
    expected.insert(weight.name);
    if (auto problem = misfit(file, weight, file.find(weight.name))) problems.push_back(*problem);
  }
  for (const GgufTensor& tensor : file.tensors()) {
    if (expected.contains(tensor.name)) continue;
    problems.push_back({.what = "a tensor that this architecture does not have",
                        .where = path.string() + ": " + tensor.name,
                        .expected = "the tensors of " + plan.architecture + " only",
                        .found = "one more",
                        .hint = kExportAgain});
  }
  throw_first_problems(std::move(problems), path.string());
  NamedTensors tensors;
  std::set<std::string> read;
  for (const GgufWeight& weight : plan.weights) {
    if (weight.ours.empty() || !read.insert(weight.ours).second) continue;
    tensors.emplace_back(weight.ours,
                         our_order(weight, read_gguf_tensor(file, *file.find(weight.name))));
  }
  return tensors;
}

std::vector<std::string> gguf_dtypes() {
  std::vector<std::string> names;
  for (const auto& [name, type] : dtypes()) names.push_back(name);
  return names;
}

GgmlType gguf_dtype(const std::string& wanted) {
  for (const auto& [name, type] : dtypes()) {
    if (name == wanted) return type;
  }
  fail({.what = "unknown dtype for a GGUF file",
        .where = "--dtype",
        .expected = "f32, f16, bf16 or q8_0",
        .found = wanted,
        .hint = did_you_mean(wanted, gguf_dtypes())});
}

}  // namespace twofold
