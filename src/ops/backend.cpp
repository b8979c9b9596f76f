#include "ops/backend.h"

#include <cstdlib>
#include <string_view>

#include "base/error.h"

namespace twofold::ops {
namespace {

bool reference_asked_for() {
  const char* text = std::getenv("TWOFOLD_OPS");
  const std::string_view value = text ? text : "";
  if (value == "reference") return true;
  if (value.empty() || value == "cpu") return false;
  fail({.what = "no back end of this name",
        .where = "the environment variable TWOFOLD_OPS",
        .expected = "cpu or reference",
        .found = std::string(value),
        .hint = "unset it: each op then runs on the fastest back end of its device"});
}

}  // namespace

bool reference_everywhere() {
  static const bool everywhere = reference_asked_for();
  return everywhere;
}

bool use_reference(const at::Tensor& tensor) {
  return !tensor.device().is_cpu() || reference_everywhere();
}

}  // namespace twofold::ops
