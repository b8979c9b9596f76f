#include "model/hf/format.h"

namespace twofold {

const HfFormat* find_hf_format(const ModelConfig& config) {
  return dynamic_cast<const HfFormat*>(&config);
}

const HfFormat& hf_format(const ModelConfig& config) {
  if (const HfFormat* format = find_hf_format(config)) return *format;
  fail({.what = "Hugging Face's programs do not know this family of models",
        .where = config.family(),
        .expected = "a family with a place in Hugging Face's formats",
        .found = config.family() + ", a family of this program",
        .hint = "its weights are in the checkpoints of its runs only"});
}

HfFormat& hf_format(ModelConfig& config) {
  return const_cast<HfFormat&>(hf_format(static_cast<const ModelConfig&>(config)));
}

}  // namespace twofold
