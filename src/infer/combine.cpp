#include "interop/peft/combine.h"

#include "base/unpublished.h"
#include "infer/loaded_model.h"
#include "twofold/model.h"

namespace twofold {

void combine_adapters(const ModelSource& source, const CombineRequest& request) {
  require_free(request.out);
  ModelSource bare = source;
  bare.adapters = false;
  bare.device = "cpu";
  const LoadedModel model = load_model_below(bare);
  Combination wanted{.adapters = {}, .method = request.method, .rank = request.rank};
  for (const std::string& adapter : source.adapter_folders) {
    wanted.adapters.push_back(weighted_folder(adapter));
  }
  const PeftAdapter sum = combine_peft_folders(wanted, model.config(), model.model->parameters());
  save_peft_folder(model.config(), sum.tensors, sum.lora, request.out, model.folder.string());
}

}  // namespace twofold
