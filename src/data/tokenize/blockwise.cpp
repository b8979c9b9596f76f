#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "data/order/permutation.h"
#include "data/tokenize/parallel_map.h"
#include "data/tokenize/run.h"
#include "data/tokenize/tokenize.h"
#include "tokenizer/load/make.h"

namespace twofold {
namespace {

using nlohmann::json;
using Tokens = std::vector<int32_t>;
constexpr size_t kTokenFile = 0, kMaskFile = 1, kFilesPerSplit = 2;  // train's, then val's

/// Where the job stands; what progress.json keeps.
struct BlockwiseState {
  int64_t rows = 0;       // written, of both splits
  int64_t tokens = 0;     // real ones
  int64_t truncated = 0;  // documents
  BadRecords bad;

  /// How many documents were looked at, in the order of rows.
  int64_t seen() const { return rows + bad.skipped; }
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(BlockwiseState, rows, tokens, truncated, bad)

class BlockwiseRun {
 public:
  BlockwiseRun(const TokenizeBlockwiseConfig& config, const TokenizeOptions& options,
               const Tokenizer& tokenizer, const Documents& documents, ResumableOutput& output)
      : config_(config),
        options_(options),
        tokenizer_(tokenizer),
        documents_(documents),
        output_(output),
        all_(find_all(documents)),
        order_(count(), static_cast<uint64_t>(config.seed), hash64("blockwise rows"), 0),
        val_rows_(static_cast<int64_t>(static_cast<double>(count()) * config.val_pct)) {
    if (config.val_pct > 0 && count() >= 2) val_rows_ = std::max<int64_t>(1, val_rows_);
    if (!output.state().is_null()) state_ = output.state().get<BlockwiseState>();
  }

  BlockwiseState run() {
    Pacer pacer(output_, options_);
    while (state_.seen() < count()) {
      round();
      pacer.after_round(
          state_, {.documents = state_.rows,
                   .tokens = state_.tokens,
                   .fraction = static_cast<double>(state_.seen()) / static_cast<double>(count())});
    }
    output_.save(state_);
    return state_;
  }

  int64_t count() const { return static_cast<int64_t>(all_.size()); }
  /// Rows of the validation split, the first ones: fewer than were meant for it if too many
  /// documents were skipped.
  int64_t val_rows() const { return std::min(val_rows_, state_.rows); }

 private:
  static std::vector<Document> find_all(const Documents& documents) {
    std::vector<Document> all;
    Documents::Cursor cursor;
    for (Document document; documents.next(cursor, document);) all.push_back(document);
    return all;
  }

  const Document& document_of(int64_t row) const { return all_[static_cast<size_t>(order_(row))]; }

  /// Tokenizes the next documents on all threads and writes their rows in order.
  void round() {
    const int64_t first = state_.seen();
    int64_t size = 0;
    for (int64_t bytes = 0;
         bytes < options_.round_bytes * config_.num_proc && first + size < count(); ++size)
      bytes += static_cast<int64_t>(document_of(first + size).raw.size()) + 1;
    const auto encode = [&](int64_t i) {
      return make_record(config_, tokenizer_, documents_, document_of(first + i));
    };
    const auto records = encode_or_forget(
        output_, [&] { return parallel_map<Record>(size, config_.num_proc, encode); });
    for (const Record& record : records) {
      if (!record.skipped) write(record.ids);
      note(record, state_.bad, output_);
    }
  }

  void write(const Tokens& ids) {
    const auto width = static_cast<size_t>(config_.block_size);
    const size_t real = std::min(ids.size(), width);
    Tokens row(width, static_cast<int32_t>(config_.pad_token));
    std::copy(ids.end() - static_cast<int64_t>(real), ids.end(),
              row.end() - static_cast<int64_t>(real));
    std::string mask(width - real, '\0');
    mask.append(real, '\1');
    const size_t split = state_.rows < val_rows_ ? kFilesPerSplit : 0;
    output_.file(split + kTokenFile).write(bytes_of(row));
    output_.file(split + kMaskFile).write(mask);
    ++state_.rows;
    state_.tokens += static_cast<int64_t>(real);
    state_.truncated += ids.size() > width ? 1 : 0;
  }

  const TokenizeBlockwiseConfig& config_;
  const TokenizeOptions& options_;
  const Tokenizer& tokenizer_;
  const Documents& documents_;
  ResumableOutput& output_;
  std::vector<Document> all_;
  Permutation order_;
  int64_t val_rows_;
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

TokenizeResult tokenize_blockwise(const TokenizeBlockwiseConfig& config, const Path& data_root,
                                  const TokenizeOptions& options) {
  const Path folder = output_folder(config, data_root);
  const auto tokenizer = make_tokenizer(config.tokenizer);
  check_pad_token(config, *tokenizer);
  const Documents documents(config.source, config.format, config.text_key);
  json arguments =
      shared_arguments(config, *tokenizer, documents, "data/tokenize_blockwise_dataset");
  arguments["block_size"] = config.block_size;
  arguments["pad_token"] = config.pad_token;
  if (const auto result = finished_result(folder, arguments))
    return blockwise_result(folder, *result, true);
  ResumableOutput output(
      folder, arguments,
      with_list(config, {"train.bin", "train.bin.mask", "val.bin", "val.bin.mask"}));
  BlockwiseRun run(config, options, *tokenizer, documents, output);
  const BlockwiseState end = run.run();
  const int64_t train = end.rows - run.val_rows();
  require_training_data(train, end.bad, output);
  const json shape = {{"train", {train, config.block_size}},
                      {"val", {run.val_rows(), config.block_size}}};
  write_atomic(folder / "shape.json", shape.dump(4));
  json result = {{"train_rows", train},
                 {"val_rows", run.val_rows()},
                 {"tokens", end.tokens},
                 {"truncated", end.truncated}};
  if (config.on_bad_record != OnBadRecord::kStop) result["bad_records"] = end.bad;
  output.finish(result);
  return blockwise_result(folder, result, false);
}

}  // namespace twofold
