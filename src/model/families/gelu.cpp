#include "model/families/gelu.h"

#include <nlohmann/json.hpp>

#include "formats/json_reader.h"
#include "ops/activation.h"

namespace twofold {

void Gelu::declare(config::Fields& fields) {
  fields.add("architecture/hidden_act", kind,
             "Activation of the MLP: gelu (exact) or gelu_tanh (its approximation by tanh).",
             {.choices = {"gelu", "gelu_tanh"}});
}

void Gelu::from_hf(const formats::JsonReader& reader, const char* name) {
  const std::string found = reader.text(name, hf_name());
  if (found == "gelu") {
    kind = "gelu";
  } else if (found == "gelu_new" || found == "gelu_fast" || found == "gelu_pytorch_tanh") {
    kind = "gelu_tanh";
  } else {
    reader.problem(name, "this activation is not supported here",
                   "gelu, gelu_new, gelu_fast or gelu_pytorch_tanh");
  }
}

const char* Gelu::hf_name() const { return kind == "gelu" ? "gelu" : "gelu_new"; }

at::Tensor Gelu::operator()(const at::Tensor& x) const {
  return kind == "gelu" ? ops::gelu_erf(x) : ops::gelu_tanh(x);
}

}  // namespace twofold
