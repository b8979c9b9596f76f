#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "data/tokenize/parallel_map.h"
#include "data/tokenize/run.h"
#include "data/tokenize/tokenize.h"
#include "tokenizer/load/make.h"

namespace twofold {

namespace {

using nlohmann::json;
using Tokens = std::vector<int32_t>;
constexpr size_t kTrainFile = 0, kValFile = 1;

/// Where the job stands; what progress.json keeps.
struct VariableState {
  records::Cursor cursor;
  int64_t documents = 0;
  int64_t train = 0, val = 0;  // tokens
  int64_t last = 0;            // tokens of the last document
  Teaching teaching;
  BadRecords bad;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(VariableState, cursor, documents, train, val, last,
                                                teaching, bad)

class VariableRun {
 public:
  VariableRun(const TokenizeVariableConfig& config, const TokenizeOptions& options,
              const Tokenizer& tokenizer, const Documents& documents, ResumableOutput& output)
      : config_(config),
        options_(options),
        tokenizer_(tokenizer),
        encoder_(config, tokenizer, TrainOn::kAll),
        documents_(documents),
        output_(output),
        split_(static_cast<uint64_t>(config.seed), Purpose::kSplit) {
    if (!output.state().is_null()) state_ = output.state().get<VariableState>();
  }

  VariableState run() {
    Pacer pacer(output_, options_);
    records::Reader reader = documents_.read(state_.cursor);
    while (!enough() && round(reader)) {
      pacer.after_round(state_, {.documents = state_.documents,
                                 .tokens = state_.train + state_.val,
                                 .fraction = reader.fraction()});
    }
    output_.save(state_);
    if (config_.val_pct > 0 && state_.val == 0) move_tail();
    return state_;
  }

 private:
  bool enough() const {
    return (config_.max_samples >= 0 && state_.documents >= config_.max_samples) ||
           (config_.max_tokens >= 0 && state_.train + state_.val >= config_.max_tokens);
  }

  /// Tokenizes some more documents on all threads and writes them in order; false if none is left.
  bool round(records::Reader& reader) {
    const auto records = encode_or_forget(output_, [&] {
      return encode_round<Record>(reader, config_, options_,
                                  [&](const records::Record& document) { return ended(document); });
    });
    state_.cursor = reader.cursor();
    for (const Record& record : records) {
      if (enough()) break;
      state_.teaching.marks += record.tokens.marks;
      if (!record.skipped) write(record.tokens.ids);
      note(record, state_.bad, output_);
    }
    return !records.empty();
  }

  /// A document's record, the end-of-text token last.
  Record ended(const records::Record& document) const {
    Record record = make_record(config_, encoder_, documents_, document);
    if (!record.tokens.ended) record.tokens.ids.push_back(tokenizer_.eot_token());
    return record;
  }

  void write(const Tokens& ids) {
    // Its number in the source: a record that is skipped moves no other to the other split.
    const auto number = static_cast<uint64_t>(state_.documents + state_.bad.skipped);
    const bool val = state_.documents > 0 && split_.uniform(number) < config_.val_pct;
    output_.file(val ? kValFile : kTrainFile).write(bytes_of(ids));
    state_.last = static_cast<int64_t>(ids.size());
    (val ? state_.val : state_.train) += state_.last;
    ++state_.documents;
  }

  /// Makes the end of the training tokens the validation split.
  void move_tail() {
    const auto share = static_cast<int64_t>(static_cast<double>(state_.train) * config_.val_pct);
    const int64_t count = state_.documents > 1 ? state_.last : std::max<int64_t>(1, share);
    if (count >= state_.train) return;
    {
      const MappedFile train(output_.path_of(kTrainFile));
      output_.file(kValFile).write(train.bytes().last(static_cast<size_t>(count) * 4));
    }
    state_.train -= count;
    state_.val = count;
    output_.save(state_, ResumableOutput::Shrink{.file = kTrainFile,
                                                 .bytes = static_cast<uint64_t>(state_.train) * 4});
  }

  const TokenizeVariableConfig& config_;
  const TokenizeOptions& options_;
  const Tokenizer& tokenizer_;
  ExampleEncoder encoder_;
  const Documents& documents_;
  ResumableOutput& output_;
  RandomStream split_;
  VariableState state_;
};

TokenizeResult variable_result(const Path& folder, const json& result, bool already_done) {
  return {
      .folder = folder,
      .already_done = already_done,
      .documents = result.at("documents"),
      .train = result.at("train_tokens"),
      .val = result.at("val_tokens"),
      .tokens = result.at("train_tokens").get<int64_t>() + result.at("val_tokens").get<int64_t>(),
      .teaching = result.value("teaching", Teaching()),
      .layout = {},
      .bad = result.value("bad_records", BadRecords())};
}

}  // namespace

json arguments_of(const TokenizeVariableConfig& config, const Tokenizer& tokenizer,
                  const Documents& documents) {
  json arguments = shared_arguments(config, tokenizer, documents, "data/tokenize_variable_dataset");
  arguments["max_samples"] = config.max_samples;
  arguments["max_tokens"] = config.max_tokens;
  return arguments;
}

TokenizeResult tokenize_variable(const TokenizeVariableConfig& config, const Path& data_root,
                                 const TokenizeOptions& options) {
  const Path folder = output_folder(config, data_root);
  const auto tokenizer = make_tokenizer(config.tokenizer);
  const Documents documents(config.files(), config.form);
  const json arguments = arguments_of(config, *tokenizer, documents);
  if (const auto result = finished_result(folder, arguments))
    return variable_result(folder, *result, true);
  ResumableOutput output(folder, arguments, with_list(config, {"train.bin", "val.bin"}));
  const VariableState end = VariableRun(config, options, *tokenizer, documents, output).run();
  require_training_data(end.train, end.bad, 0, output);
  json result = {
      {"documents", end.documents}, {"train_tokens", end.train}, {"val_tokens", end.val}};
  if (end.teaching.marks > 0) result["teaching"] = end.teaching;
  if (config.on_bad_record != OnBadRecord::kStop) result["bad_records"] = end.bad;
  output.finish(result);
  return variable_result(folder, result, false);
}

}  // namespace twofold
