#pragma once
// The tensors of a PEFT folder, each asked for by name and shape, and everything wrong with them.

#include <ATen/core/Tensor.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "formats/safetensors.h"

namespace twofold {

class PeftTensors {
 public:
  using Shape = std::vector<int64_t>;

  /// Throws an Error if the folder has no weights.
  explicit PeftTensors(const Path& folder);

  bool has(const std::string& name) const { return file_->find(name) != nullptr; }
  /// The tensor as float32. If it is missing, of another shape, not floating-point or not finite,
  /// records a problem and returns an undefined tensor.
  at::Tensor read(const std::string& name, const Shape& shape);

  /// The tensor as float32 whatever its shape, or undefined; does not count as asked for.
  at::Tensor peek(const std::string& name) const;
  /// Whether any tensor's name begins with `start`.
  bool has_any(const std::string& start) const;
  void problem(const std::string& name, std::string what, std::string expected, std::string found,
               std::string hint = "");
  bool sound() const { return problems_.empty(); }
  /// Every tensor must have been asked for. Throws one Error with all problems.
  void finish();

 private:
  std::string path_;
  std::shared_ptr<const formats::SafetensorsFile> file_;
  std::set<std::string> used_;
  std::vector<Problem> problems_;
};

}  // namespace twofold
