#include "data/tokenize/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/stop.h"
#include "base/text.h"
#include "data/folder_name.h"
#include "tokenizer/load/from_path.h"

namespace twofold {
namespace {

/// How the records are read, with the names that datasets have which were made before there were
/// other forms than text.
void add_form(nlohmann::json& arguments, const TokenizeConfig& config, const Documents& documents) {
  const std::vector<records::SourceFile>& files = documents.files();
  const auto differs = [&](const records::SourceFile& file) {
    return file.format != files.front().format;
  };
  const bool mixed = std::any_of(files.begin(), files.end(), differs);
  arguments["format"] = config_name(mixed ? records::Format::kAuto : files.front().format);
  const forms::FormSettings& form = config.form;
  if (documents.form() == forms::Form::kAuto) return;
  if (documents.form() == forms::Form::kText) {
    const auto mapped = form.fields.find("text");
    arguments["text_key"] = mapped == form.fields.end() ? form.text_key : mapped->second;
    return;
  }
  arguments["form"] = config_name(documents.form());
  if (!form.fields.empty()) arguments["fields"] = form.fields;
  if (!form.system_prompt.empty()) arguments["system_prompt"] = form.system_prompt;
  if (config.content_marks != chat::ContentMarks::kIds) {
    arguments["content_marks"] = config_name(config.content_marks);
  }
}

/// What a template is to the rows: its text, and the special tokens that it names.
std::string fingerprint_of(const chat::Layout& layout) {
  nlohmann::json parts = {layout.special_tokens};
  for (const chat::NamedTemplate& one : layout.files) parts.push_back({one.name, one.text});
  const std::string text = parts.dump();
  return checksum_bytes(std::as_bytes(std::span(text)));
}

}  // namespace

bool has_conversations(const Documents& documents) {
  const forms::Form form = documents.form();
  return form == forms::Form::kMessages || form == forms::Form::kShareGpt ||
         form == forms::Form::kAlpaca || form == forms::Form::kCompletion;
}

Path output_folder(const TokenizeConfig& config, const Path& data_root) {
  require_folder_name(config.dataset, "data/dataset");
  require_folder_name(config.label(), "data/dataset, data/suffix");
  return data_root / config.label();
}

nlohmann::json shared_arguments(const TokenizeConfig& config, const Tokenizer& tokenizer,
                                const Documents& documents, const char* job) {
  nlohmann::json source = nlohmann::json::array();
  for (const records::SourceFile& part : documents.files())
    source.push_back(
        {{"name", part.name}, {"bytes", part.bytes}, {"xxh3", checksum_file(part.path)}});
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
  add_form(arguments, config, documents);
  if (has_conversations(documents)) {
    arguments["chat_template"] = fingerprint_of(layout_of(config.tokenizer, tokenizer));
  }
  // Absent as in datasets that were made before there was a choice.
  if (config.on_bad_record != OnBadRecord::kStop) {
    arguments["on_bad_record"] = config_name(config.on_bad_record);
  }
  return arguments;
}

std::vector<records::Record> next_round(records::Reader& reader, const TokenizeConfig& config,
                                        const TokenizeOptions& options) {
  std::vector<records::Record> round;
  records::Record record;
  for (int64_t bytes = 0; bytes < options.round_bytes * config.num_proc;) {
    if (!reader.next(record)) break;
    bytes += static_cast<int64_t>(record.text.size()) + 1;
    round.push_back(std::move(record));
    record = {};
  }
  return round;
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

void require_training_data(int64_t train, const BadRecords& bad, int64_t dropped,
                           ResumableOutput& output) {
  if (train > 0 || bad.skipped + dropped == 0) return;
  output.forget();
  if (dropped > 0) {
    fail({.what = "no document is left for training",
          .where = "data/truncate",
          .expected = "one that fits a row of architecture/block_size",
          .found = fmt::format("{} longer ones, which were dropped", dropped),
          .hint = "set data/truncate to end or start, or architecture/block_size higher"});
  }
  fail({.what = "no document is left for training",
        .where = "data/source",
        .expected = "one that can be read, besides those for validation",
        .found = fmt::format("{} bad records, which were skipped", bad.skipped),
        .hint = "set data/on_bad_record to stop, to see what is wrong with the first of them"});
}

void require_teaching(int64_t rows, const Teaching& teaching, ResumableOutput& output) {
  if (rows > 0 || teaching.nothing == 0) return;
  output.forget();
  fail({.what = "nothing of this dataset is learnt",
        .where = "data/train_on",
        .expected = "records with a part that is learnt",
        .found = fmt::format("{} rows in which no token is", with_thousands(teaching.nothing)),
        .hint = "see `twofold preview`: is there a turn of the assistant's, and does it stay when "
                "rows are cut to architecture/block_size?"});
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
