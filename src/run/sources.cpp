#include "run/sources.h"

#include <fmt/format.h>

#include <set>

#include "base/error.h"
#include "base/text.h"
#include "data/tokenize/cached.h"
#include "data/tokenize/documents.h"

namespace twofold {
namespace {

/// The settings of data/ with what the entry says.
TokenizeBlockwiseConfig rows_of(const RunConfig& config, const Sampling& sampling) {
  TokenizeBlockwiseConfig rows = config.data;
  rows.dataset = sampling.name;
  rows.suffix = sampling.suffix;
  rows.source = sampling.source;
  rows.block_size = config.model->block_size + 1;  // the last token is a label only
  return rows;
}

TokenizeVariableConfig stream_of(const RunConfig& config, const Sampling& sampling) {
  TokenizeVariableConfig stream;
  static_cast<TokenizeConfig&>(stream) = rows_of(config, sampling);
  return stream;
}

TokenizeResult make(const RunConfig& config, const Sampling& sampling,
                    const TokenizerConfig& tokenizer, const Path& data_root,
                    const TokenizeOptions& options) {
  if (sampling.style == DatasetStyle::PMD) {
    TokenizeVariableConfig stream = stream_of(config, sampling);
    stream.tokenizer = tokenizer;
    return tokenize_cached(stream, data_root, options);
  }
  TokenizeBlockwiseConfig rows = rows_of(config, sampling);
  rows.tokenizer = tokenizer;
  return tokenize_cached(rows, data_root, options);
}

void report(const std::string& label, const TokenizeResult& result, Observer& observer) {
  if (result.already_done) return;
  observer.message(
      Severity::kInfo,
      fmt::format("{}: {} documents, {} tokens; {} cut to the length of a row, {} left "
                  "out for it, {} bad records skipped",
                  label, with_thousands(result.documents), with_thousands(result.tokens),
                  with_thousands(result.truncated), with_thousands(result.dropped),
                  with_thousands(result.bad.skipped)));
}

}  // namespace

void check_source(const RunConfig& config, const Sampling& sampling) {
  if (sampling.style == DatasetStyle::CONTRASTIVE) {
    fail({.what = "pairs of rows are not made of a source",
          .where = "the source of " + sampling.label(),
          .expected = "the style PADDED, PACKED or PMD",
          .found = "CONTRASTIVE",
          .hint = "choose another style, or leave `source` out"});
  }
  const TokenizeBlockwiseConfig rows = rows_of(config, sampling);
  Documents(rows.files(), rows.form);
}

RecordsPreview preview_source(const RunConfig& config, const Sampling& sampling,
                              const TokenizerConfig& settings, const Tokenizer& tokenizer) {
  if (sampling.style == DatasetStyle::PMD) {
    TokenizeVariableConfig stream = stream_of(config, sampling);
    stream.tokenizer = settings;
    return preview_records(stream, tokenizer);
  }
  TokenizeBlockwiseConfig rows = rows_of(config, sampling);
  rows.tokenizer = settings;
  return preview_records(rows, tokenizer);
}

void make_datasets(const RunConfig& config, const TokenizerConfig& tokenizer, const Path& data_root,
                   Observer& observer) {
  std::set<std::string> made;
  for (const Sampling& sampling : config.datasets()) {
    const std::string label = sampling.label();
    if (sampling.source.empty() || !made.insert(label).second) continue;
    TokenizeOptions options;
    options.progress = [&](const TokenizeProgress& progress) {
      const std::string tokens = human_count(static_cast<double>(progress.tokens));
      observer.work(
          {.what = "tokenizing " + label, .done = progress.fraction, .detail = tokens + " tokens"});
    };
    report(label, make(config, sampling, tokenizer, data_root, options), observer);
  }
}

}  // namespace twofold
