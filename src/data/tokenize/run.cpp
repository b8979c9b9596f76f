#include "data/tokenize/run.h"

#include "base/error.h"
#include "base/stop.h"
#include "data/folder_name.h"
#include "tokenizer/load/from_path.h"

namespace twofold {

Path output_folder(const TokenizeConfig& config, const Path& data_root) {
  const std::string name =
      config.suffix.empty() ? config.dataset : config.dataset + "_" + config.suffix;
  require_folder_name(config.dataset, "data/dataset");
  require_folder_name(name, "data/dataset, data/suffix");
  return data_root / name;
}

nlohmann::json shared_arguments(const TokenizeConfig& config, const Tokenizer& tokenizer,
                                const Documents& documents, const char* job) {
  nlohmann::json source = nlohmann::json::array();
  for (const MappedFile& file : documents.files())
    source.push_back({{"name", file.path().filename().string()},
                      {"bytes", file.bytes().size()},
                      {"xxh3", checksum_bytes(file.bytes())}});
  nlohmann::json encoding = {{"backend", config.tokenizer.backend},
                             {"vocab_size", tokenizer.vocab_size()},
                             {"eot_token", tokenizer.eot_token()}};
  if (config.tokenizer.backend == "tiktoken") encoding["name"] = config.tokenizer.name;
  if (const std::string place = config.tokenizer.place(); !place.empty()) {
    encoding["xxh3"] = checksum_file(tokenizer_file_at(place));
  }
  if (!config.tokenizer.add_tokens.empty()) encoding["add_tokens"] = config.tokenizer.add_tokens;
  if (config.tokenizer.add_special) encoding["add_special"] = true;
  nlohmann::json arguments = {
      {"job", job},         {"dataset", config.dataset}, {"suffix", config.suffix},
      {"source", source},   {"tokenizer", encoding},     {"val_pct", config.val_pct},
      {"seed", config.seed}};
  for (const auto& [format, name] : config_names(config.format))
    if (format == config.format) arguments["format"] = name;
  if (config.format == DocumentFormat::kJsonl) arguments["text_key"] = config.text_key;
  return arguments;
}

std::vector<int32_t> with_marks(const TokenizerConfig& config, const Tokenizer& tokenizer,
                                std::vector<int32_t> ids) {
  return config.add_special ? tokenizer.with_special(std::move(ids)) : ids;
}

void Pacer::after_round(const nlohmann::json& state, const TokenizeProgress& progress) {
  const std::chrono::duration<double> since = Clock::now() - saved_;
  const bool stopping = stop_requested();
  if (stopping || since.count() >= options_.save_seconds) {
    output_.save(state);
    saved_ = Clock::now();
  }
  if (options_.progress) options_.progress(progress);
  if (stopping) throw Interrupted();
}

}  // namespace twofold
