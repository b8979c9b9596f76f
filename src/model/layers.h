#pragma once
// The small parts that blocks are made of: dense layers and norms that know their weights, and the
// declarations that put those weights into a model's tree.

#include <string>

#include "ops/activation.h"
#include "ops/norm.h"
#include "twofold/model/config.h"
#include "twofold/model/model.h"

namespace twofold {

/// y = x·W + b, computed by what is attached to W if anything is.
struct Dense {
  const Weight* weight = nullptr;
  const Weight* bias = nullptr;  ///< null: none
  at::Tensor operator()(const at::Tensor& x, const ModelInput& input) const;
};

struct Norm {
  const Weight* weight = nullptr;
  const Weight* bias = nullptr;  ///< null: none
  double eps = 1e-5;
  ops::RmsScale scale = ops::RmsScale::kWeight;
  at::Tensor rms(const at::Tensor& x) const;    ///< RMSNorm
  at::Tensor layer(const at::Tensor& x) const;  ///< LayerNorm
};

/// A dense layer of the tree: where it is, how large, how it starts.
struct DenseShape {
  std::string path;  ///< "blocks/0/attn/q_proj"
  int64_t in = 0, out = 0;
  double stddev = 0.02;
  bool bias = false;
  bool transposed = true;  ///< stored (out, in), as torch's Linear is
  const char* in_axis = "n_embd";
  const char* out_axis = "n_embd_ff";
};

/// Adds parameters to a tree in the order of the calls.
class Declarer {
 public:
  explicit Declarer(ParameterTree& tree) : tree_(tree) {}
  const Weight* table(const std::string& path, int64_t rows, int64_t columns, const char* row_axis);
  Dense dense(const DenseShape& shape);
  Norm norm(const std::string& path, int64_t width, bool bias, double eps);
  /// An RMSNorm; one that multiplies by 1 + weight starts with a weight of 0.
  Norm rms(const std::string& path, int64_t width, double eps, ops::RmsScale scale);

 private:
  const Weight* vector(const std::string& path, int64_t width, Init::Kind kind);
  ParameterTree& tree_;
};

inline constexpr double kInitStddev = 0.02;
/// Projections back into the residual stream start smaller: 0.02 / sqrt(2·layers).
double projection_stddev(const ModelConfig& config);

/// "blocks/3/".
std::string block_prefix(int64_t layer);

/// Where dropout happens, for its random streams.
enum class DropoutPlace : uint64_t { kAttention = 1, kMlp = 2 };
inline constexpr uint64_t kEmbeddingSite = 0;
inline constexpr uint64_t kProbabilitySites = uint64_t{1} << 32;  // beyond those of all layers
inline uint64_t dropout_site(int64_t layer, DropoutPlace place) {
  return 2 * static_cast<uint64_t>(layer) + static_cast<uint64_t>(place);
}
/// The dropout site of a layer's attention probabilities.
inline uint64_t probabilities_site(int64_t layer) {
  return kProbabilitySites + static_cast<uint64_t>(layer);
}
/// Drops a share p of x in training; x itself otherwise.
at::Tensor drop(const at::Tensor& x, double p, const ModelInput& input, uint64_t site);

}  // namespace twofold
