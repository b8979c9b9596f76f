#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "data/order/permutation.h"
#include "data/tokenize/cut.h"
#include "data/tokenize/row_spool.h"
#include "data/tokenize/run.h"
#include "data/tokenize/tokenize.h"
#include "tokenizer/load/make.h"

namespace twofold {
namespace {

using nlohmann::json;
using Tokens = std::vector<int32_t>;
// Of train, then of val; then what is only there while the job is not finished.
constexpr size_t kTokenFile = 0, kMaskFile = 1, kFilesPerSplit = 2, kRowsFile = 4, kIndexFile = 5;

/// Where the job stands; what progress.json keeps. First every document is tokenized, in the order
/// of the source, and then the rows are put in the order of the dataset.
struct BlockwiseState {
  records::Cursor cursor;
  int64_t seen = 0;    // documents, those that are left out included
  int64_t placed = 0;  // of these
  int64_t rows = 0;    // written, of both splits
  int64_t tokens = 0;  // real ones
  int64_t truncated = 0, dropped = 0;
  bool meets_pad = false;  // a row begins with data/pad_token, and does not learn it
  int64_t pad = -1;        // the id taken in its place; -1: none
  Teaching teaching;
  BadRecords bad;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(BlockwiseState, cursor, seen, placed, rows, tokens,
                                                truncated, dropped, meets_pad, pad, teaching, bad)

class BlockwiseRun {
 public:
  BlockwiseRun(const TokenizeBlockwiseConfig& config, const TokenizeOptions& options,
               const Tokenizer& tokenizer, const Documents& documents, ResumableOutput& output)
      : config_(config),
        options_(options),
        tokenizer_(tokenizer),
        encoder_(config, tokenizer, config.learnt_part()),
        documents_(documents),
        output_(output) {
    if (!output.state().is_null()) state_ = output.state().get<BlockwiseState>();
  }

  BlockwiseState run() {
    Pacer pacer(output_, options_);
    if (state_.placed == 0) {
      encode_all(pacer);
      if (state_.meets_pad) state_.pad = unmet_token();
    }
    output_.save(state_);
    place_all(pacer);
    for (const size_t file : {kRowsFile, kIndexFile}) {
      output_.save(state_, ResumableOutput::Shrink{.file = file, .bytes = 0});
    }
    return state_;
  }

  /// Rows of the validation split, the first ones: fewer than were meant for it if too many
  /// documents were left out.
  int64_t val_rows() const { return std::min(meant_for_val(), state_.rows); }
  int64_t pad_token() const { return state_.pad < 0 ? config_.pad_token : state_.pad; }
  const std::string& layout() const { return encoder_.layout().name; }

 private:
  void encode_all(Pacer& pacer) {
    RowSpool spool(output_, kRowsFile, kIndexFile);
    records::Reader reader = documents_.read(state_.cursor);
    const auto encode = [&](const records::Record& document) {
      return make_record(config_, encoder_, documents_, document);
    };
    for (bool more = true; more;) {
      const auto records = encode_or_forget(
          output_, [&] { return encode_round<Record>(reader, config_, options_, encode); });
      for (const Record& record : records) keep(record, spool);
      state_.cursor = reader.cursor();
      more = !records.empty();
      show(pacer, reader.fraction());
    }
  }

  void keep(const Record& record, RowSpool& spool) {
    ++state_.seen;
    note(record, state_.bad, output_);
    state_.teaching.marks += record.tokens.marks;
    const bool longer = record.tokens.ids.size() > static_cast<size_t>(config_.block_size);
    const auto row = record.skipped
                         ? std::nullopt
                         : cut_to_row(record.tokens, config_.block_size, config_.truncate);
    if (longer) ++(row ? state_.truncated : state_.dropped);
    if (row && count_learnt(encoder_.ends(), row->ids, row->trained, state_.teaching)) {
      state_.tokens += std::ssize(row->ids);
      state_.meets_pad |= row->trained.front() == 0 && row->ids.front() == config_.pad_token;
      spool.append(*row);
    } else {
      spool.append_nothing();
    }
  }

  /// The lowest id that no row begins with: readers take a row's first tokens for padding while
  /// they are the pad token and not learnt.
  int64_t unmet_token() {
    output_.save(state_);  // the rows are read back
    std::vector<bool> met(static_cast<size_t>(tokenizer_.vocab_size()));
    const SpooledRows spooled(output_, kRowsFile, kIndexFile);
    for (int64_t number = 0; number < state_.seen; ++number) {
      if (const auto row = spooled.row(number)) met[static_cast<size_t>(row->ids.front())] = true;
    }
    const auto unmet = std::ranges::find(met, false);
    if (unmet != met.end()) return unmet - met.begin();
    fail({.what = "no token is left to pad rows with",
          .where = "data/pad_token",
          .expected = "an id that no document begins with",
          .found = fmt::format("documents that begin with each of {} ids", met.size()),
          .hint = "add a token with tokenizer/add_tokens"});
  }

  void show(Pacer& pacer, double encoded) const {
    constexpr double kEncoding = 0.9;  // of the time
    const double placed =
        static_cast<double>(state_.placed) / static_cast<double>(std::max<int64_t>(1, state_.seen));
    pacer.after_round(state_, {.documents = state_.seen,
                               .tokens = state_.tokens,
                               .fraction = kEncoding * encoded + (1 - kEncoding) * placed});
  }

  void place_all(Pacer& pacer) {
    const Permutation order(state_.seen, static_cast<uint64_t>(config_.seed),
                            hash64("blockwise rows"), 0);
    const SpooledRows spooled(output_, kRowsFile, kIndexFile);
    while (state_.placed < state_.seen) {
      for (int64_t bytes = 0; bytes < options_.round_bytes && state_.placed < state_.seen;) {
        if (const auto row = spooled.row(order(state_.placed++))) write(*row);
        bytes += config_.block_size;
      }
      show(pacer, 1);
    }
  }

  int64_t meant_for_val() const {
    const auto share = static_cast<int64_t>(static_cast<double>(state_.seen) * config_.val_pct);
    return config_.val_pct > 0 && state_.seen >= 2 ? std::max<int64_t>(1, share) : share;
  }

  void write(const Encoded& row) {
    const auto width = static_cast<size_t>(config_.block_size);
    Tokens ids(width - row.ids.size(), static_cast<int32_t>(pad_token()));
    ids.insert(ids.end(), row.ids.begin(), row.ids.end());
    std::string mask(width - row.ids.size(), '\0');
    mask.append(row.trained.begin(), row.trained.end());
    const size_t split = state_.rows < meant_for_val() ? kFilesPerSplit : 0;
    output_.file(split + kTokenFile).write(bytes_of(ids));
    output_.file(split + kMaskFile).write(mask);
    ++state_.rows;
  }

  const TokenizeBlockwiseConfig& config_;
  const TokenizeOptions& options_;
  const Tokenizer& tokenizer_;
  ExampleEncoder encoder_;
  const Documents& documents_;
  ResumableOutput& output_;
  BlockwiseState state_;
};

TokenizeResult blockwise_result(const Path& folder, const json& result, bool already_done) {
  const auto train = result.at("train_rows").get<int64_t>();
  const auto val = result.at("val_rows").get<int64_t>();
  return {.folder = folder,
          .already_done = already_done,
          .documents = train + val,
          .train = train,
          .val = val,
          .tokens = result.at("tokens"),
          .truncated = result.at("truncated"),
          .dropped = result.value("dropped", int64_t{0}),
          .teaching = result.value("teaching", Teaching()),
          .layout = result.value("layout", ""),
          .bad = result.value("bad_records", BadRecords())};
}

void check_pad_token(const TokenizeBlockwiseConfig& config, const Tokenizer& tokenizer) {
  if (config.pad_token < tokenizer.vocab_size()) return;
  fail({.what = "the pad token is outside the tokenizer's vocabulary",
        .where = "data/pad_token",
        .expected = fmt::format("an id below {}", tokenizer.vocab_size()),
        .found = fmt::format("{}", config.pad_token),
        .hint = "0 will do: padding is masked"});
}

}  // namespace

json arguments_of(const TokenizeBlockwiseConfig& config, const Tokenizer& tokenizer,
                  const Documents& documents) {
  json arguments =
      shared_arguments(config, tokenizer, documents, "data/tokenize_blockwise_dataset");
  arguments["block_size"] = config.block_size;
  arguments["pad_token"] = config.pad_token;
  // Absent as in datasets that were made before there was a choice.
  if (config.truncate != Truncate::kStart) {
    arguments["truncate"] = config.truncate == Truncate::kEnd ? "end" : "drop";
  }
  if (const TrainOn part = config.learnt_part(); part != TrainOn::kAuto) {
    arguments["train_on"] = config_name(part);
  }
  return arguments;
}

TokenizeResult tokenize_blockwise(const TokenizeBlockwiseConfig& config, const Path& data_root,
                                  const TokenizeOptions& options) {
  const Path folder = output_folder(config, data_root);
  const auto tokenizer = make_tokenizer(config.tokenizer);
  check_pad_token(config, *tokenizer);
  const Documents documents(config.files(), config.form);
  const json arguments = arguments_of(config, *tokenizer, documents);
  if (const auto result = finished_result(folder, arguments))
    return blockwise_result(folder, *result, true);
  ResumableOutput output(folder, arguments,
                         with_list(config, {"train.bin", "train.bin.mask", "val.bin",
                                            "val.bin.mask", "rows.part", "rows_index.part"}));
  BlockwiseRun run(config, options, *tokenizer, documents, output);
  const BlockwiseState end = run.run();
  const int64_t train = end.rows - run.val_rows();
  require_teaching(end.rows, end.teaching, output);
  require_training_data(train, end.bad, end.dropped, output);
  const json shape = {{"train", {train, config.block_size}},
                      {"val", {run.val_rows(), config.block_size}}};
  write_atomic(folder / "shape.json", shape.dump(4));
  json result = {{"train_rows", train},
                 {"val_rows", run.val_rows()},
                 {"tokens", end.tokens},
                 {"truncated", end.truncated},
                 {"teaching", end.teaching}};
  if (run.pad_token() != config.pad_token) result["pad_token"] = run.pad_token();
  if (has_conversations(documents)) result["layout"] = run.layout();
  if (config.truncate == Truncate::kDrop) result["dropped"] = end.dropped;
  if (config.on_bad_record != OnBadRecord::kStop) result["bad_records"] = end.bad;
  output.finish(result);
  return blockwise_result(folder, result, false);
}

}  // namespace twofold
