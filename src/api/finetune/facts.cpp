#include "api/finetune/facts.h"

#include <algorithm>
#include <numeric>

#include "data/tokenize/record.h"
#include "data/tokenize/run.h"
#include "model/families/registry.h"
#include "model/hf/hugging_face.h"
#include "tokenizer/load/chat_templates.h"
#include "twofold/model/model.h"

namespace twofold {
namespace {

constexpr int64_t kLookedAt = 2000;  // records

LengthFacts facts_of(std::vector<int64_t> lengths) {
  if (lengths.empty()) return {};
  std::ranges::sort(lengths);
  const auto at = [&](size_t percent) { return lengths[(lengths.size() - 1) * percent / 100]; };
  return {.median = at(50),
          .mean = std::accumulate(lengths.begin(), lengths.end(), int64_t{0}) / std::ssize(lengths),
          .most = lengths.back(),
          .usual = at(99)};
}

FileTexts template_files_of(const chat::Layout& layout) {
  ChatTemplates templates;
  for (const chat::NamedTemplate& one : layout.files) templates[one.name] = one.text;
  return template_files(templates);
}

/// Lines and paragraphs have no other form.
bool is_text(forms::Form form) { return form == forms::Form::kText || form == forms::Form::kAuto; }

std::string name_of(forms::Form form) {
  const auto names = config_names(form);
  const auto found = std::ranges::find(names, form, [](const auto& name) { return name.first; });
  return is_text(form) ? "text" : found->second;
}

}  // namespace

ModelFacts model_facts(const Path& folder) {
  const std::unique_ptr<ModelConfig> config = config_of_hf_folder(folder);
  return {.parameters = config->build()->parameters().count(),
          .width = config->n_embd,
          .context = config->block_size,
          .dtype = hf_dtype(folder)};
}

RecordFacts record_facts(const TokenizeBlockwiseConfig& config, const Tokenizer& tokenizer) {
  const Documents documents(config.files(), config.form);
  const ExampleEncoder encoder(config, tokenizer, config.learnt_part());
  RecordFacts facts{.form = name_of(documents.form()), .is_text = is_text(documents.form())};
  if (has_conversations(documents)) {
    facts.layout = encoder.layout().name;
    if (!encoder.layout().own) facts.templates = template_files_of(encoder.layout());
  }
  records::Reader reader = documents.read();
  std::vector<int64_t> lengths;
  for (records::Record record; reader.next(record); ++facts.records) {
    if (facts.records >= kLookedAt) continue;
    const Record made = make_record(config, encoder, documents, record);
    if (!made.skipped) lengths.push_back(std::ssize(made.tokens.ids));
  }
  facts.lengths = facts_of(std::move(lengths));
  return facts;
}

}  // namespace twofold
