#pragma once
// In which dtype a matrix product is computed: bfloat16 operands are multiplied as they are where
// the processor is fast at that, and widened to float32 where it is not. The CPU's flags do not
// tell which: some CPUs advertise instructions that are slower than widening. So the speed is
// measured, once in each process. A run records the outcome, since its bits depend on it.

#include <ATen/core/Tensor.h>

namespace twofold::ops {

/// Whether a product of bfloat16 operands runs faster on this machine than with both widened to
/// float32.
bool native_bfloat16();
/// Sets the answer of native_bfloat16() from here on, whatever was or would be measured.
void set_native_bfloat16(bool native);

/// An operand in the dtype that its product is computed in; converted for one product and freed
/// after it.
class Panel {
 public:
  explicit Panel(const at::Tensor& value);
  /// `value` in the dtype of `other`.
  Panel(const at::Tensor& value, const Panel& other);

  const at::Tensor& get() const { return value_; }
  at::ScalarType dtype() const { return value_.scalar_type(); }

 private:
  at::Tensor value_;
};

}  // namespace twofold::ops
