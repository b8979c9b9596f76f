#include "data/tokenize/record.h"

#include <fmt/format.h>

namespace twofold {
namespace {

/// Throws the Error, with the settings of data/on_bad_record that would let the document pass.
[[noreturn]] void refuse(const Error& error, const char* settings) {
  std::vector<Problem> problems = error.problems();
  for (Problem& problem : problems) {
    problem.hint += fmt::format("; or set data/on_bad_record to {}", settings);
  }
  throw Error(std::move(problems));
}

std::vector<int32_t> encode(const TokenizeConfig& config, const Tokenizer& tokenizer,
                            const std::string& text, const std::string& where) {
  try {
    std::vector<int32_t> ids = tokenizer.encode_ordinary(text);
    return config.tokenizer.add_special ? tokenizer.with_special(std::move(ids)) : ids;
  } catch (const Error& error) {  // a tokenizer knows no files
    std::vector<Problem> problems = error.problems();
    for (Problem& problem : problems) problem.where = fmt::format("{}, {}", where, problem.where);
    throw Error(std::move(problems));
  }
}

}  // namespace

Record make_record(const TokenizeConfig& config, const Tokenizer& tokenizer,
                   const Documents& documents, const Document& document) {
  const auto ids_of = [&](const std::string& text) {
    return encode(config, tokenizer, text, documents.where(document));
  };
  try {
    return {.ids = ids_of(documents.text(document))};
  } catch (const Error& error) {
    if (config.on_bad_record == OnBadRecord::kStop) refuse(error, "skip or replace");
    const Problem& fault = error.problems().front();
    if (config.on_bad_record == OnBadRecord::kSkip) return {.skipped = true, .fault = fault};
    try {
      return {.ids = ids_of(documents.repaired_text(document)), .fault = fault};
    } catch (const Error& lasting) {
      refuse(lasting, "skip");
    }
  }
}

std::string listed(const Record& record) {
  const nlohmann::json line = {{"record", record.skipped ? "skipped" : "replaced"},
                               {"where", record.fault->where},
                               {"what", record.fault->what},
                               {"found", record.fault->found}};
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace twofold
