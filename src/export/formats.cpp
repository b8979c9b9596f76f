// The export formats, one line each.
#include <ATen/ATen.h>

#include <map>

#include "base/error.h"
#include "export/format.h"
#include "tensor/storage.h"

namespace twofold {

const std::vector<ExportFormat>& export_formats() {
  static const std::vector<ExportFormat> kFormats = {
      {"merged",
       "a Hugging Face folder",
       {"", "float32", "bfloat16", "float16"},
       write_merged,
       read_merged},
      {"gguf",
       "a GGUF model for llama.cpp",
       {"", "f32", "f16", "bf16", "q8_0"},
       write_gguf,
       read_gguf},
      {"gguf-lora",
       "the adapters alone, for llama.cpp's --lora",
       {"", "f32"},
       write_gguf_adapters,
       nullptr,
       attach_gguf_adapters,
       "gguf"},
      {"peft",
       "the adapters, a PEFT folder",
       {"", "float32"},
       write_peft,
       nullptr,
       attach_peft,
       "merged"},
  };
  return kFormats;
}

NamedTensors merged_weights(ExportSource& source) {
  ParameterTree& parameters = source.model().parameters();
  const at::NoGradGuard no_grad;
  for (Parameter& parameter : parameters.all()) {
    Weight& weight = parameter.weight;
    if (!weight.attachments.empty()) weight.value = weight.value.to(at::kFloat);
  }
  return merge_lora_params(parameters);
}

std::unique_ptr<Model> model_of(const ModelConfig& config, const NamedTensors& tensors) {
  std::unique_ptr<Model> model = config.build();
  const std::map<std::string, at::Tensor> by_path(tensors.begin(), tensors.end());
  for (Parameter& parameter : model->parameters().all()) {
    const auto found = by_path.find(parameter.path);
    TWOFOLD_EXPECT(found != by_path.end(), "no tensor " + parameter.path);
    parameter.weight.value = in_storage_order(found->second, parameter.transposed_storage).clone();
  }
  model->parameters().move_to(tensors.front().second.device());
  return model;
}

}  // namespace twofold
