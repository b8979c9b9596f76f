// --to peft: the adapters alone, for PEFT and other programs that read its folders.
#include "interop/peft/peft.h"

#include <fmt/format.h>

#include "base/text.h"
#include "export/format.h"
#include "interop/peft/vllm.h"

namespace twofold {
namespace {

/// Reports whether vLLM serves these adapters. PEFT itself reports what it cannot read; vLLM does
/// not always.
void report_vllm(const ExportSource& source, const PeftConfig& written) {
  const VllmReading reading = vllm_reading(written, source.model_config());
  std::string text;
  if (!reading.obstacles.empty()) {
    text = fmt::format("vLLM does not serve these adapters ({}); --to merged is for it",
                       join(reading.obstacles, ", "));
  } else {
    text = fmt::format("vLLM serves these adapters with --enable-lora --max-lora-rank {}",
                       reading.max_lora_rank);
    if (!reading.recent.empty()) {
      text += fmt::format("; before its version 0.32 not {}", join(reading.recent, ", "));
    }
  }
  source.observer.message(Severity::kInfo, text);
}

}  // namespace

void write_peft(ExportSource& source, const Path& temporary) {
  const PeftAdapter adapter = adapter_for(source.run, source.base, temporary);
  save_peft_folder(source.model_config(), adapter.tensors, adapter.lora, temporary,
                   source.base.folder ? source.model_config().weights : "");
  report_vllm(source, read_peft_config(temporary / kPeftConfigFile));
  // A client needs a tokenizer that knows the tokens whose rows these are.
  if (!source.run.config.tokenizer.add_tokens.empty()) {
    write_tokenizer(source, temporary);
  }
}

void attach_peft(const ExportSource& source, const Path& temporary, Model& model) {
  load_peft_folder(temporary, source.model_config(), model.parameters());
}

}  // namespace twofold
