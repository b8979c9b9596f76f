#pragma once
// In which dtype a matrix product is computed: bfloat16 operands are multiplied as they are where
// the processor is fast at that, and widened to float32 where it is not. The CPU's flags do not
// tell which: some CPUs advertise instructions that are slower than widening. So the speed is
// measured, once in each process. A run records the outcome, since its bits depend on it, and
// chooses the same when it goes on.

#include <ATen/core/Tensor.h>

#include <optional>

namespace twofold::ops {

/// Whether products of bfloat16 operands are computed without widening them: as this thread has
/// chosen, else whichever was measured to be faster on this machine.
bool native_bfloat16();

/// What this thread chooses, until this object ends; then the earlier choice holds again.
class Bfloat16Choice {
 public:
  Bfloat16Choice();
  explicit Bfloat16Choice(bool native) : Bfloat16Choice() { set(native); }
  Bfloat16Choice(const Bfloat16Choice&) = delete;
  Bfloat16Choice& operator=(const Bfloat16Choice&) = delete;
  ~Bfloat16Choice();

  void set(bool native);

 private:
  std::optional<bool> before_;
};

/// An operand in the dtype that its product is computed in; converted for one product and freed
/// after it.
class ComputeOperand {
 public:
  explicit ComputeOperand(const at::Tensor& value);
  /// `value` in the dtype of `other`.
  ComputeOperand(const at::Tensor& value, const ComputeOperand& other);

  const at::Tensor& get() const { return value_; }
  at::ScalarType dtype() const { return value_.scalar_type(); }

 private:
  at::Tensor value_;
};

}  // namespace twofold::ops
