#include "run/records_preview.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "run/row_text.h"

namespace twofold {
namespace {

Table records_table(const std::string& label, const RecordsPreview& records) {
  Table table{.title = "The first records of " + label, .header = {}, .rows = {}};
  const auto row = [&](const char* name, const std::string& value) {
    table.rows.push_back({name, value});
  };
  const Teaching& teaching = records.teaching;
  row("records", with_thousands(records.records));
  if (!records.layout.empty()) row("written by", records.layout);
  row("tokens", with_thousands(records.tokens));
  row("learnt", fmt::format("{} ({:.1f} %)", with_thousands(teaching.learnt),
                            100.0 * static_cast<double>(teaching.learnt) /
                                static_cast<double>(std::max<int64_t>(1, records.tokens))));
  row("ends of turns learnt", teaching.ends > 0 ? with_thousands(teaching.ends) : "none");
  row("longer than a row", with_thousands(records.longer));
  row("teach nothing", with_thousands(teaching.nothing));
  row("special tokens in texts", with_thousands(teaching.marks));
  if (records.skipped > 0) row("bad records", with_thousands(records.skipped));
  return table;
}

}  // namespace

void add_records(const std::string& label, const RecordsPreview& records,
                 const Tokenizer& tokenizer, Preview& to) {
  to.tables.push_back(records_table(label, records));
  for (size_t i = 0; i < records.shown.size(); ++i) {
    const Encoded& row = records.shown[i];
    to.rows.push_back(row_text(tokenizer, records.from[i], row.ids, row.trained));
  }
}

}  // namespace twofold
