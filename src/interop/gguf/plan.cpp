#include "interop/gguf/plan.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "interop/gguf/architecture.h"
#include "interop/gguf/names.h"
#include "model/hf/format.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

/// Each head's rows from halves (the rotated pairs are d/2 apart) to neighbours.
std::vector<int64_t> interleaved_pairs(int64_t heads, int64_t rows) {
  const int64_t half = rows / heads / 2;
  std::vector<int64_t> order;
  for (int64_t head = 0; head < heads; ++head) {
    for (int64_t pair = 0; pair < half; ++pair) {
      for (int64_t side = 0; side < 2; ++side) {
        order.push_back(head * 2 * half + side * half + pair);
      }
    }
  }
  return order;
}

/// From (q, k, v) inside each head to all q, all k, all v.
std::vector<int64_t> separated_qkv(int64_t heads, int64_t rows) {
  const int64_t width = rows / heads / 3;
  std::vector<int64_t> order;
  for (int64_t part = 0; part < 3; ++part) {
    for (int64_t head = 0; head < heads; ++head) {
      for (int64_t i = 0; i < width; ++i) order.push_back((head * 3 + part) * width + i);
    }
  }
  return order;
}

std::vector<int64_t> row_order(const GgufArchitecture& architecture, const std::string& name,
                               int64_t rows) {
  const auto is = [&](const char* module) { return name.find(module) != name.npos; };
  if (architecture.interleaved_rotary && is(".attn_q.")) {
    return interleaved_pairs(architecture.heads, rows);
  }
  if (architecture.interleaved_rotary && is(".attn_k.")) {
    return interleaved_pairs(architecture.kv_heads, rows);
  }
  if (architecture.name == "gptneox" && is(".attn_qkv.")) {
    return separated_qkv(architecture.heads, rows);
  }
  return {};
}

/// Where a value stored there differs from ours: see GgufArchitecture.
void set_scale(const GgufArchitecture& architecture, GgufWeight& weight) {
  if (architecture.norm_offset && weight.name.ends_with("_norm.weight")) weight.offset = 1;
  // q is normed where there is a norm for it, whatever the projection's scale.
  const char* query = architecture.name == "gemma3" ? ".attn_q_norm.weight" : ".attn_q.weight";
  if (weight.name.ends_with(query)) weight.factor = architecture.query_factor;
}

GgufWeight constant(const std::string& name, const at::Tensor& value) {
  return {.name = name, .ours = {}, .shape = value.sizes().vec(), .constant = value};
}

/// What llama.cpp demands of a GPT-NeoX: its own head, and biases everywhere.
void complete_neox(GgufPlan& plan) {
  if (!plan.find("output.weight")) {
    GgufWeight head = *plan.find("token_embd.weight");
    head.name = "output.weight";
    plan.weights.push_back(head);
  }
  const std::vector<GgufWeight> weights = plan.weights;
  for (const GgufWeight& weight : weights) {
    if (!weight.name.starts_with("blk.") || !weight.name.ends_with(".weight")) continue;
    const std::string bias = weight.name.substr(0, weight.name.size() - 6) + "bias";
    if (plan.find(bias)) continue;
    const std::vector<float> zeros(static_cast<size_t>(weight.shape[0]));
    plan.weights.push_back(constant(bias, tensor_of(zeros, host_device())));
  }
}

}  // namespace

const GgufWeight* GgufPlan::find(const std::string& name) const {
  const auto found = std::find_if(weights.begin(), weights.end(),
                                  [&](const GgufWeight& weight) { return weight.name == name; });
  return found == weights.end() ? nullptr : &*found;
}

const GgufWeight* GgufPlan::find_ours(const std::string& path) const {
  const auto found = std::find_if(weights.begin(), weights.end(),
                                  [&](const GgufWeight& weight) { return weight.ours == path; });
  return found == weights.end() ? nullptr : &*found;
}

GgufPlan plan_gguf(const ModelConfig& config, const ParameterTree& parameters) {
  GgufArchitecture architecture = describe_gguf_architecture(hf_format(config).to_hf("float32"));
  GgufPlan plan{.architecture = architecture.name,
                .metadata = std::move(architecture.metadata),
                .weights = {},
                .notes = std::move(architecture.notes)};
  for (const HfTensor& tensor : hf_format(config).hf_tensors()) {
    const Parameter* parameter = parameters.find(tensor.ours);
    TWOFOLD_EXPECT(parameter, "no parameter " + tensor.ours);
    GgufWeight weight{.name = gguf_name(architecture.name, tensor.theirs),
                      .ours = tensor.ours,
                      .shape = parameter->shape};
    weight.transpose = tensor.ours.ends_with("/kernel");
    if (weight.transpose) std::reverse(weight.shape.begin(), weight.shape.end());
    weight.rows = row_order(architecture, weight.name, weight.shape[0]);
    set_scale(architecture, weight);
    plan.weights.push_back(std::move(weight));
  }
  if (architecture.name == "gptneox") complete_neox(plan);
  if (architecture.rope_divisors.defined()) {
    plan.weights.push_back(constant("rope_freqs.weight", architecture.rope_divisors));
  }
  return plan;
}

}  // namespace twofold
