#include "run/plan/learnt.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/is_file.h"
#include "base/text.h"
#include "data/tokenize/teaching.h"
#include "formats/json.h"
#include "run/row_text.h"

namespace twofold {
namespace {

using nlohmann::json;

/// An object in the config.json of the job that made the dataset; empty if it is not there.
json entry_of(const Path& folder, const char* name) {
  const Path file = folder / "config.json";
  if (!is_file(file)) return json::object();
  const json document = formats::parse_json(read_text(file), file.string());
  const auto entry = document.is_object() ? document.find(name) : document.end();
  return entry != document.end() && entry->is_object() ? *entry : json::object();
}

/// Whether the tokenizer can be that of the rows.
bool fits(const Path& folder, const std::vector<RowTokens>& rows, const Tokenizer& tokenizer) {
  const json made_with = entry_of(folder, "tokenizer");
  if (made_with.value("vocab_size", tokenizer.vocab_size()) != tokenizer.vocab_size()) return false;
  return std::ranges::all_of(rows, [&](const RowTokens& row) {
    return std::ranges::all_of(row.ids, [&](int32_t id) { return tokenizer.has_token(id); });
  });
}

std::string ends_text(const Teaching& teaching) {
  if (teaching.learnt == 0) return "-";
  return teaching.ends > 0 ? with_thousands(teaching.ends) : "none";
}

std::vector<std::string> row_of(const Path& data_root, const Sampling& sampling,
                                const SplitSize& split) {
  const json result = entry_of(data_root / sampling.label(), "result");
  const auto teaching = result.value("teaching", Teaching());
  const double share = 100 * static_cast<double>(split.learnt) /
                       static_cast<double>(std::max<int64_t>(1, split.tokens));
  return {sampling.label(),
          with_thousands(split.rows),
          fmt::format("{:.1f} %", share),
          ends_text(teaching),
          with_thousands(result.value("truncated", int64_t{0})),
          with_thousands(teaching.nothing),
          with_thousands(teaching.marks)};
}

/// The datasets, each once.
Mixture each_once(const Mixture& mixture, const DataRows& rows) {
  Mixture once;
  std::set<DataRows::key_type> seen;
  for (const Sampling& sampling : mixture) {
    if (rows.contains(rows_key(sampling)) && seen.insert(rows_key(sampling)).second) {
      once.push_back(sampling);
    }
  }
  return once;
}

}  // namespace

Table learnt_table(const Path& data_root, const Mixture& mixture, const DataRows& rows) {
  Table table{.title = "What is learnt",
              .header = {"dataset", "rows", "of tokens", "ends of turns", "rows cut",
                         "teach nothing", "marks in texts"}};
  int64_t looked_at = 0, all = 0;
  for (const Sampling& sampling : each_once(mixture, rows)) {
    const SplitSize& split = rows.at(rows_key(sampling));
    table.rows.push_back(row_of(data_root, sampling, split));
    looked_at += split.looked_at;
    all += split.rows;
  }
  if (looked_at < all) {
    table.note =
        fmt::format("tokens of {} of {} rows", with_thousands(looked_at), with_thousands(all));
  }
  return table;
}

std::vector<PreviewRow> first_rows(const Path& data_root, const Mixture& mixture,
                                   const DataRows& rows, const Tokenizer& tokenizer, size_t count) {
  std::vector<PreviewRow> shown;
  for (const Sampling& sampling : each_once(mixture, rows)) {
    const std::vector<RowTokens>& first = rows.at(rows_key(sampling)).first;
    if (!fits(data_root / sampling.label(), first, tokenizer)) continue;
    for (size_t i = 0; i < std::min(count, first.size()); ++i) {
      shown.push_back(row_text(tokenizer, fmt::format("{}, row {}", sampling.label(), i),
                               first[i].ids, first[i].trained));
    }
  }
  return shown;
}

}  // namespace twofold
