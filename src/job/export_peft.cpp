// --to peft: the adapters alone, for PEFT and whoever reads its folders.
#include "interop/peft.h"
#include "job/export_format.h"

namespace twofold {

void write_peft(ExportSource& source, const Path& temporary) {
  const PeftAdapter adapter = adapter_for(source.run, source.base, temporary);
  save_peft_folder(source.model_config(), adapter.adapters, adapter.lora, temporary,
                   source.base.folder ? source.model_config().weights : "");
  // A client needs a tokenizer that knows the tokens whose rows these are.
  if (!source.run.trainer().tokenizer_config().add_tokens.empty()) {
    carry_tokenizer(source, temporary);
  }
}

void attach_peft(const ExportSource& source, const Path& temporary, Model& model) {
  load_peft_folder(temporary, source.model_config(), model.parameters());
}

}  // namespace twofold
