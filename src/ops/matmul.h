#pragma once
// In which dtype a product is computed: bfloat16 operands as such where the processor is quick at
// that, widened to float32 where it is not. The CPU's flags do not tell which: some advertise
// instructions that are slower than widening. So it is measured, once a process; a run remembers
// what was found, since its bits depend on it.

#include <ATen/core/Tensor.h>

namespace twofold::ops {

/// Whether a bfloat16 product runs faster as such than widened to float32 on this machine.
bool native_bfloat16();
/// From here on, whatever was or would be measured.
void set_native_bfloat16(bool native);

/// An operand in the dtype that its product is computed in; made on the spot, gone with the
/// product.
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
