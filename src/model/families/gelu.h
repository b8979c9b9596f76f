#pragma once
// GELU as a setting: exact (GPT-NeoX) or approximated by tanh (GPT-2), and Hugging Face's names of
// both.

#include <ATen/core/Tensor.h>

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "config/fields.h"

namespace twofold {

namespace formats {
class JsonReader;
}

struct Gelu {
  std::string kind = "gelu";  ///< architecture/hidden_act: gelu, gelu_tanh

  void declare(config::Fields& fields);
  /// Reads the field `name`; if it is absent, the setting keeps its value. gelu_new, gelu_fast and
  /// gelu_pytorch_tanh are one function.
  void from_hf(const formats::JsonReader& reader, const char* name);
  const char* hf_name() const;
  at::Tensor operator()(const at::Tensor& x) const;
};

}  // namespace twofold
