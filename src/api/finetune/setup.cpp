#include "api/finetune/setup.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/finetune/facts.h"
#include "api/finetune/overrides.h"
#include "api/finetune/request.h"
#include "base/error.h"
#include "data/read/dataset.h"
#include "model/families/registry.h"
#include "run/registry.h"
#include "run/sources.h"
#include "tensor/machine.h"
#include "tokenizer/load/make.h"
#include "twofold/config/value.h"
#include "twofold/job.h"

namespace twofold {
namespace {

constexpr const char* kDataset = "data";  // its name below OUT/run/data
// Of records that have an end none is cut in two; of texts, however long, nothing is left out.
constexpr const char *kWholeRecords = "style: PACKED",
                     *kWindows = "style: PMD, documents: separate";

class Setup {
 public:
  Setup(const FinetuneRequest& request, const ExecutionSpec& spec, Observer& observer)
      : request_(request),
        spec_(spec),
        observer_(observer),
        job_(finetune_job(request.model)),
        model_(model_facts(request.model)) {
    const std::string folder =
        config::quote_text(std::filesystem::absolute(request.model).string());
    fixed_ = {"training.pre_lora_tokens=[]",
              "training.pre_lora_dataset=[]",
              override_of("architecture/backbone/weights", folder),
              "tokenizer.backend=huggingface",
              override_of("tokenizer/file", folder),
              "tokenizer.add_special=true"};
  }

  Begun make() {
    RunConfig config = filled();
    TokenizeBlockwiseConfig reading = config.data;
    reading.source = full_source(request_);
    reading.tokenizer = config.tokenizer;
    const auto tokenizer = make_tokenizer(config.tokenizer);
    const RecordFacts records = record_facts(reading, *tokenizer);
    is_text_ = records.is_text;
    choose_data(records);
    config = filled();
    make_datasets(config, config.tokenizer, spec_.data(), observer_);
    choose_training_by(config);
    if (!has_validation_row(spec_.data(), config.datasets().front(), config.model->block_size)) {
      choose("training/validation", "false",
             "the data have no part for validation that fills a row");
    }
    observer_.table(choices_table(choices_));
    return {.config = configure(job_, overrides()), .templates = records.templates};
  }

 private:
  /// What is set so far; what the line says counts.
  std::vector<std::string> overrides() const {
    std::vector<std::string> all = fixed_;
    all.push_back(override_of("training/post_lora_dataset",
                              fmt::format("[[{{name: {}, rate: 1.0, {}, source: {}}}]]", kDataset,
                                          is_text_ ? kWindows : kWholeRecords,
                                          config::quote_text(full_source(request_)))));
    for (const Choice& choice : choices_) {
      if (!choice.is_fact) all.push_back(override_of(choice.key, choice.value));
    }
    all.insert(all.end(), request_.overrides.begin(), request_.overrides.end());
    return all;
  }

  /// The config of the job with these. Its architecture is not yet that of the weights.
  RunConfig filled() {
    RunConfig config = make_run_config(job_);
    config::Fields fields = config::fields_of(config);
    given_ = fill_given(fields, request_.overrides);
    fill_given(fields, overrides());
    return config;
  }

  void choose(const std::string& key, const std::string& value, const std::string& why) {
    choices_.push_back({.key = key, .value = value, .why = why});
  }

  void choose_data(const RecordFacts& records) {
    choices_.push_back(
        {.key = "form", .value = records.form, .why = "by the first record", .is_fact = true});
    if (!records.layout.empty()) {
      choices_.push_back({.key = "chat template",
                          .value = records.layout,
                          .why = "how conversations are written",
                          .is_fact = true});
    }
    choices_.push_back(choose_length(model_, records.lengths, records.is_text, given_));
    choices_.push_back(choose_validation(records.records, windows_of(records), given_));
  }

  /// Rows that the records are, where they are texts.
  std::optional<int64_t> windows_of(const RecordFacts& records) const {
    if (!is_text_) return std::nullopt;
    const auto length = config::parse_integer(choices_.back().value);  // else refused with the rest
    return records.records * records.lengths.mean / std::max<int64_t>(1, length.value_or(1));
  }

  void choose_training_by(const RunConfig& config) {
    constexpr int64_t kAnyVocabulary = int64_t{1} << 31;
    Sampling entry = config.datasets().front();
    const int64_t length = config.model->block_size;
    const auto rows = [&](DatasetStyle style) {
      entry.style = style;
      return open_dataset(spec_.data(), entry, Split::kTrain, length, kAnyVocabulary)->rows();
    };
    const RowFacts facts = is_text_ ? RowFacts{.rows = rows(DatasetStyle::PMD), .length = length}
                                    : RowFacts{.documents = rows(DatasetStyle::PADDED),
                                               .rows = rows(DatasetStyle::PACKED),
                                               .length = length};
    for (Choice& choice : choose_training(model_, facts, machine_memory_bytes(), given_)) {
      choices_.push_back(std::move(choice));
    }
  }

  const FinetuneRequest& request_;
  const ExecutionSpec& spec_;
  Observer& observer_;
  std::string job_;
  ModelFacts model_;
  std::vector<std::string> fixed_;  ///< settings that follow from the line
  bool is_text_ = false;            ///< the records are texts
  std::vector<Choice> choices_;
  Given given_;
};

}  // namespace

std::string finetune_job(const Path& model) {
  return config_of_hf_folder(model)->family() + "/train/lora";
}

Begun set_up(const FinetuneRequest& request, const ExecutionSpec& spec, Observer& observer) {
  return Setup(request, spec, observer).make();
}

}  // namespace twofold
