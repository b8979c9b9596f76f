#pragma once
// What both tokenising jobs share: the output folder, the arguments that are recorded with the
// output, and saving.

#include <chrono>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "data/tokenize/documents.h"
#include "data/tokenize/parallel_map.h"
#include "data/tokenize/record.h"
#include "data/tokenize/resumable_output.h"
#include "data/tokenize/tokenize.h"
#include "tokenizer/tokenizer.h"

namespace twofold {

// Found by nlohmann through the namespace of its argument.
namespace records {
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Cursor, file, offset, line)
}

/// The name of a setting's value in configs.
template <class Choice>
const char* config_name(Choice choice) {
  for (const auto& [value, name] : config_names(choice))
    if (value == choice) return name;
  throw Bug("choice", __FILE__, __LINE__, "a choice without a name");
}

/// `<data_root>/<dataset>[_<suffix>]`. Throws an Error unless that names a folder directly inside
/// `data_root`.
Path output_folder(const TokenizeConfig& config, const Path& data_root);

/// Everything that the output depends on: settings, tokenizer, and each file of the source with its
/// size and checksum. (The folders of these files and the number of threads are not included.)
nlohmann::json shared_arguments(const TokenizeConfig& config, const Tokenizer& tokenizer,
                                const Documents& documents, const char* job);

/// The same with what one of the jobs adds to it.
nlohmann::json arguments_of(const TokenizeVariableConfig& config, const Tokenizer& tokenizer,
                            const Documents& documents);
nlohmann::json arguments_of(const TokenizeBlockwiseConfig& config, const Tokenizer& tokenizer,
                            const Documents& documents);

inline std::span<const std::byte> bytes_of(const std::vector<int32_t>& ids) {
  return std::as_bytes(std::span(ids));
}

/// The records that are tokenized next, on all threads: as many as options.round_bytes says.
std::vector<records::Record> next_round(records::Reader& reader, const TokenizeConfig& config,
                                        const TokenizeOptions& options);

/// `make` of each of the next records, on all threads, in order.
template <class Result, class Make>
std::vector<Result> encode_round(records::Reader& reader, const TokenizeConfig& config,
                                 const TokenizeOptions& options, const Make& make) {
  const std::vector<records::Record> round = next_round(reader, config, options);
  return parallel_map<Result>(std::ssize(round), config.num_proc,
                              [&](int64_t i) { return make(round[static_cast<size_t>(i)]); });
}

/// The output's files: `names`, then the list of bad records unless these stop the job.
std::vector<std::string> with_list(const TokenizeConfig& config, std::vector<std::string> names);

/// If the record was bad, counts it and lists it in the output's last file.
void note(const Record& record, BadRecords& bad, ResumableOutput& output);

/// Whether its records may be conversations.
bool has_conversations(const Documents& documents);

/// Throws an Error and discards the output if there is no row left, as none has a token that is
/// learnt.
void require_teaching(int64_t rows, const Teaching& teaching, ResumableOutput& output);

/// Throws an Error and discards the output if every document of the training split was skipped, or
/// dropped for its length.
void require_training_data(int64_t train, const BadRecords& bad, int64_t dropped,
                           ResumableOutput& output);

/// Runs `encode`. If it throws an Error, discards the output and rethrows: a fault in a text stays
/// until the source or the settings change, and with these changed the next job in this folder must
/// start anew.
template <class Encode>
auto encode_or_forget(ResumableOutput& output, const Encode& encode) {
  try {
    return encode();
  } catch (const Error&) {
    output.forget();
    throw;
  }
}

/// Called between rounds: saves when it is time to, shows the progress, and throws Interrupted if a
/// stop was asked for.
class Pacer {
 public:
  Pacer(ResumableOutput& output, const TokenizeOptions& options)
      : output_(output), options_(options) {}
  void after_round(const nlohmann::json& state, const TokenizeProgress& progress);

 private:
  using Clock = std::chrono::steady_clock;
  ResumableOutput& output_;
  const TokenizeOptions& options_;
  Clock::time_point saved_ = Clock::now();
};

}  // namespace twofold
