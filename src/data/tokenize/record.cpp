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

}  // namespace

Record make_record(const TokenizeConfig& config, const ExampleEncoder& encoder,
                   const Documents& documents, const records::Record& document) {
  try {
    return {.tokens = encoder.encode(documents.example(document))};
  } catch (const Error& error) {
    if (config.on_bad_record == OnBadRecord::kStop) refuse(error, "skip or replace");
    const Problem& fault = error.problems().front();
    if (config.on_bad_record == OnBadRecord::kSkip) return {.skipped = true, .fault = fault};
    try {
      return {.tokens = encoder.encode(documents.repaired_example(document)), .fault = fault};
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
