// --to gguf: one file for llama.cpp, with the adapters merged and the run's tokenizer. --to
// gguf-lora: the adapters alone, for llama.cpp's --lora on the GGUF of the base.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "export/format.h"
#include "formats/json.h"
#include "formats/json_reader.h"
#include "interop/gguf/lora.h"
#include "interop/gguf/model.h"
#include "interop/gguf/tokenizer.h"
#include "model/hf/hugging_face.h"
#include "tokenizer/load/chat_templates.h"

namespace twofold {
namespace {

GgufTexts texts_of(const LoadedRun& run) {
  GgufTexts texts{.templates = chat_templates(run.files()), .first_new = run.first_new_token()};
  const auto said = run.files().find(kGenerationConfig);
  if (said == run.files().end()) return texts;
  const nlohmann::json document = formats::parse_json(said->second, kGenerationConfig);
  const formats::JsonReader reader(document, kGenerationConfig, "",
                                   formats::JsonReader::Faults::kThrow);
  texts.end_tokens = reader.integers("eos_token_id");
  return texts;
}

}  // namespace

void write_gguf(ExportSource& source, const Path& temporary) {
  const ModelConfig& config = source.model_config();
  const GgufPlan plan = plan_gguf(config, source.model().parameters());
  const GgufTokenizer tokenizer =
      source.request.tokenizer
          ? make_gguf_tokenizer(source.run.tokenizer, config, texts_of(source.run))
          : no_gguf_tokenizer();
  const std::vector<std::string> notes =
      write_gguf_model(plan, merged_weights(source), tokenizer.metadata, gguf_dtype(source.dtype),
                       source.spec.name, temporary);
  for (const auto& all : {plan.notes, tokenizer.notes, notes}) {
    for (const std::string& note : all) source.observer.message(Severity::kWarning, note);
  }
}

std::unique_ptr<Model> read_gguf(const ExportSource& source, const Path& temporary) {
  const ModelConfig& config = source.model_config();
  return model_of(config,
                  read_gguf_model(plan_gguf(config, source.model().parameters()), temporary));
}

namespace {

/// Refuses adapters that are more than A and B on the original weights.
void check_plain(const LoRAParams& adapters) {
  std::vector<Problem> problems;
  std::set<std::string> told;  // where one leaf cannot be expressed, most cannot
  for (const auto& adapter : adapters) {
    const std::string what = adapter->beyond_low_rank();
    if (what.empty() || !told.insert(what).second) continue;
    problems.push_back({.what = fmt::format("GGUF adapters cannot express {}", what),
                        .where = adapter->path(),
                        .expected = "A and B, for the weights as they came",
                        .found = what,
                        .hint = "export the merged model instead: --to gguf"});
  }
  throw_problems(std::move(problems));
}

}  // namespace

void write_gguf_adapters(ExportSource& source, const Path& temporary) {
  check_plain(source.run.adapters());
  const PeftAdapter adapter = adapter_for(source.run, source.base, temporary);
  ParameterTree& parameters = source.model().parameters();
  detach_lora_params(parameters);
  attach_lora_params(parameters, adapter.tensors, adapter.lora);
  const GgufPlan plan = plan_gguf(source.model_config(), parameters);
  write_gguf_lora(plan, source.model(), source.spec.name, temporary);
  for (const std::string& note : plan.notes) source.observer.message(Severity::kWarning, note);
}

void attach_gguf_adapters(const ExportSource& source, const Path& temporary, Model& model) {
  attach_gguf_lora(plan_gguf(source.model_config(), model.parameters()), temporary, model);
}

}  // namespace twofold
