#include "model/layers.h"

#include <cmath>

#include "twofold/ops/attachment.h"

namespace twofold {

at::Tensor Dense::operator()(const at::Tensor& x, const ModelInput& input) const {
  return ops::Adapted(*weight).product(x, bias ? bias->value : at::Tensor(), input.pass());
}

at::Tensor Norm::rms(const at::Tensor& x) const { return ops::rms_norm(x, *weight, eps, scale); }

at::Tensor Norm::layer(const at::Tensor& x) const {
  return ops::layer_norm(x, *weight, bias ? *bias : Weight{}, eps);
}

const Weight* Declarer::table(const std::string& path, int64_t rows, int64_t columns,
                              const char* row_axis) {
  return &tree_.declare({.path = path,
                         .shape = {rows, columns},
                         .init = {Init::Kind::kNormal, kInitStddev},
                         .axes = {row_axis, "n_embd"},
                         .weight = {}});
}

Dense Declarer::dense(const DenseShape& shape) {
  Dense layer;
  layer.weight = &tree_.declare({.path = shape.path + "/kernel",
                                 .shape = {shape.in, shape.out},
                                 .init = {Init::Kind::kNormal, shape.stddev},
                                 .axes = {shape.in_axis, shape.out_axis},
                                 .transposed_storage = shape.transposed,
                                 .weight = {}});
  if (shape.bias) {
    layer.bias = &tree_.declare({.path = shape.path + "/bias",
                                 .shape = {shape.out},
                                 .init = {Init::Kind::kZeros},
                                 .axes = {shape.out_axis},
                                 .weight = {}});
  }
  return layer;
}

const Weight* Declarer::vector(const std::string& path, int64_t width, Init::Kind kind) {
  return &tree_.declare(
      {.path = path, .shape = {width}, .init = {kind}, .axes = {"n_embd"}, .weight = {}});
}

Norm Declarer::norm(const std::string& path, int64_t width, bool bias, double eps) {
  Norm norm;
  norm.eps = eps;
  norm.weight = vector(path + "/weight", width, Init::Kind::kOnes);
  if (bias) norm.bias = vector(path + "/bias", width, Init::Kind::kZeros);
  return norm;
}

Norm Declarer::rms(const std::string& path, int64_t width, double eps, ops::RmsScale scale) {
  Norm norm;
  norm.eps = eps;
  norm.scale = scale;
  const bool plain = scale == ops::RmsScale::kWeight;
  norm.weight = vector(path + "/weight", width, plain ? Init::Kind::kOnes : Init::Kind::kZeros);
  return norm;
}

double projection_stddev(const ModelConfig& config) {
  return kInitStddev / std::sqrt(2.0 * static_cast<double>(config.n_layers));
}

std::string block_prefix(int64_t layer) { return "blocks/" + std::to_string(layer) + "/"; }

at::Tensor drop(const at::Tensor& x, double p, const ModelInput& input, uint64_t site) {
  if (!input.training || p == 0) return x;
  ops::DropoutKey key = input.dropout;
  key.site = site;
  return ops::dropout(x, p, key);
}

}  // namespace twofold
