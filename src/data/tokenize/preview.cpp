#include "data/tokenize/preview.h"

#include <functional>

#include "data/tokenize/cut.h"
#include "data/tokenize/record.h"
#include "data/tokenize/run.h"

namespace twofold {
namespace {

/// `fitted`: the row that is made of a record's tokens; none of one that is left out.
RecordsPreview look_at(const TokenizeConfig& config, const Tokenizer& tokenizer, TrainOn train_on,
                       int64_t width,
                       const std::function<std::optional<Encoded>(const Encoded&)>& fitted) {
  const Documents documents(config.files(), config.form);
  const ExampleEncoder encoder(config, tokenizer, train_on);
  RecordsPreview preview;
  if (has_conversations(documents)) preview.layout = encoder.layout().name;
  records::Reader reader = documents.read();
  for (records::Record one; preview.records < RecordsPreview::kRecords && reader.next(one);) {
    ++preview.records;
    const Record record = make_record(config, encoder, documents, one);
    preview.skipped += record.skipped ? 1 : 0;
    preview.teaching.marks += record.tokens.marks;
    preview.longer += std::ssize(record.tokens.ids) > width ? 1 : 0;
    const std::optional<Encoded> row = record.skipped ? std::nullopt : fitted(record.tokens);
    if (!row) continue;
    preview.tokens += std::ssize(row->ids);
    if (!count_learnt(encoder.ends(), row->ids, row->trained, preview.teaching)) continue;
    if (std::ssize(preview.shown) == RecordsPreview::kShown) continue;
    preview.shown.push_back(*row);
    preview.from.push_back(documents.where(one));
  }
  return preview;
}

}  // namespace

RecordsPreview preview_records(const TokenizeVariableConfig& config, const Tokenizer& tokenizer) {
  return look_at(config, tokenizer, TrainOn::kAll, INT64_MAX,
                 [](const Encoded& tokens) { return std::optional(tokens); });
}

RecordsPreview preview_records(const TokenizeBlockwiseConfig& config, const Tokenizer& tokenizer) {
  return look_at(config, tokenizer, config.learnt_part(), config.block_size,
                 [&](const Encoded& tokens) {
                   return cut_to_row(tokens, config.block_size, config.truncate);
                 });
}

}  // namespace twofold
