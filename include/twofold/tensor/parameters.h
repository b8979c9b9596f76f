#pragma once
// The parameters of a model: a flat, ordered list of slash paths, `blocks/0/attn/q_proj/kernel`.

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "twofold/tensor/host.h"
#include "twofold/tensor/weight.h"

namespace twofold {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// How a fresh parameter starts.
struct Init {
  enum class Kind { kNormal, kZeros, kOnes } kind = Kind::kNormal;
  double stddev = 0.02;
};

/// `tensors` on `device`; those that are there already are not copied.
NamedTensors moved_to(at::Device device, NamedTensors tensors);

/// Names of the first axis of tables: one row per token, per output token (the head), or per
/// position.
inline constexpr const char* kVocabularyAxis = "vocab";
inline constexpr const char* kHeadAxis = "vocab_out";
inline constexpr const char* kPositionAxis = "block_size";

struct Parameter {
  std::string path;
  std::vector<int64_t> shape;
  Init init;
  std::vector<std::string> axes;    ///< logical axes (vocab, n_embd, n_embd_ff, …)
  bool transposed_storage = false;  ///< kernels: stored (out, in) contiguous, seen as its
                                    ///< transpose; drawn in the order of the storage
  Weight weight;

  bool is_matrix() const { return shape.size() == 2; }
  bool is_vocabulary() const {  ///< one row per token
    return !axes.empty() && (axes.front() == kVocabularyAxis || axes.front() == kHeadAxis);
  }
  int64_t count() const;
};

/// Ordered as declared. References to its elements stay valid for its lifetime.
class ParameterTree {
 public:
  /// Declares a parameter and returns the weight that the model keeps a pointer to.
  Weight& declare(Parameter parameter);

  std::deque<Parameter>& all() { return parameters_; }
  const std::deque<Parameter>& all() const { return parameters_; }
  Parameter* find(const std::string& path);
  const Parameter* find(const std::string& path) const;
  Parameter& at(const std::string& path);  ///< a Bug if absent
  std::vector<std::string> paths() const;
  int64_t count() const;  ///< elements of all parameters

  /// Draws every parameter from its own stream (seed, path): independent of the order and of the
  /// other parameters. dtype: float32, or float64 for gradient checks.
  void initialize(uint64_t seed, at::ScalarType dtype);
  NamedTensors named() const;

  /// Where the values are: the host until they are moved.
  at::Device device() const { return device_; }
  /// Moves the values, packed ones too, to `device`. Attachments are not moved.
  void move_to(at::Device device);

 private:
  at::Device device_ = host_device();
  std::deque<Parameter> parameters_;
  std::map<std::string, size_t> index_;
};

}  // namespace twofold
