#include "data/tokenize/run.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/stop.h"
#include "data/folder_name.h"
#include "tokenizer/load/from_path.h"

namespace twofold {
namespace {

template <class Choice>
const char* config_name(Choice choice) {
  for (const auto& [value, name] : config_names(choice))
    if (value == choice) return name;
  throw Bug("choice", __FILE__, __LINE__, "a choice without a name");
}

}  // namespace

Path output_folder(const TokenizeConfig& config, const Path& data_root) {
  const std::string name =
      config.suffix.empty() ? config.dataset : config.dataset + "_" + config.suffix;
  require_folder_name(config.dataset, "data/dataset");
  require_folder_name(name, "data/dataset, data/suffix");
  return data_root / name;
}

nlohmann::json shared_arguments(const TokenizeConfig& config, const Tokenizer& tokenizer,
                                const Documents& documents, const char* job) {
  nlohmann::json source = nlohmann::json::array();
  for (const SourceFile& part : documents.files())
    source.push_back({{"name", part.name},
                      {"bytes", part.file.bytes().size()},
                      {"xxh3", checksum_bytes(part.file.bytes())}});
  nlohmann::json encoding = {{"backend", config.tokenizer.backend},
                             {"vocab_size", tokenizer.vocab_size()},
                             {"eot_token", tokenizer.eot_token()}};
  if (config.tokenizer.backend == "tiktoken") encoding["name"] = config.tokenizer.name;
  if (const std::string place = config.tokenizer.place(); !place.empty()) {
    encoding["xxh3"] = checksum_file(tokenizer_file_at(place));
  }
  if (!config.tokenizer.add_tokens.empty()) encoding["add_tokens"] = config.tokenizer.add_tokens;
  if (config.tokenizer.add_special) encoding["add_special"] = true;
  nlohmann::json arguments = {
      {"job", job},         {"dataset", config.dataset}, {"suffix", config.suffix},
      {"source", source},   {"tokenizer", encoding},     {"val_pct", config.val_pct},
      {"seed", config.seed}};
  arguments["format"] = config_name(config.format);
  if (config.format == DocumentFormat::kJsonl) arguments["text_key"] = config.text_key;
  // Absent as in datasets that were made before there was a choice.
  if (config.on_bad_record != OnBadRecord::kStop) {
    arguments["on_bad_record"] = config_name(config.on_bad_record);
  }
  return arguments;
}

std::vector<std::string> with_list(const TokenizeConfig& config, std::vector<std::string> names) {
  if (config.on_bad_record != OnBadRecord::kStop) names.emplace_back(kBadRecordsFile);
  return names;
}

void note(const Record& record, BadRecords& bad, ResumableOutput& output) {
  if (!record.fault) return;
  ++(record.skipped ? bad.skipped : bad.replaced);
  output.file(output.files() - 1).write(listed(record));
}

void require_training_data(int64_t train, const BadRecords& bad, ResumableOutput& output) {
  if (train > 0 || bad.skipped == 0) return;
  output.forget();
  fail({.what = "no document is left for training",
        .where = "data/source",
        .expected = "one that can be read, besides those for validation",
        .found = fmt::format("{} bad records, which were skipped", bad.skipped),
        .hint = "set data/on_bad_record to stop, to see what is wrong with the first of them"});
}

void Pacer::after_round(const nlohmann::json& state, const TokenizeProgress& progress) {
  const std::chrono::duration<double> since = Clock::now() - saved_;
  const bool stopping = stop_requested();
  if (stopping || since.count() >= options_.save_seconds) {
    output_.save(state);
    saved_ = Clock::now();
  }
  if (options_.progress) options_.progress(progress);
  if (stopping) throw Interrupted();
}

}  // namespace twofold
