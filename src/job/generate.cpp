#include "eval/generate.h"

#include <optional>

#include "base/error.h"
#include "base/stop.h"
#include "job/loaded_run.h"
#include "tensor/machine.h"

namespace twofold {
namespace {

void check_ids(const std::vector<int32_t>& ids, int64_t vocab_size,
               const TokenizerConfig& tokenizer) {
  for (const int32_t id : ids) {
    if (id < vocab_size) continue;
    fail({.what = "the tokenizer gives an id that the model does not have",
          .where = "tokenizer/backend " + tokenizer.backend,
          .expected = "ids below architecture/vocab_size = " + std::to_string(vocab_size),
          .found = std::to_string(id)});
  }
}

}  // namespace

void generate(const ExecutionSpec& spec, const GenerateRequest& request,
              const std::function<void(const std::string&)>& emit) {
  configure_allocator();
  LoadedRun run = load_run(spec, request.suffix);
  set_threads(0);
  const ModelConfig& model = run.trainer().model_config();
  const TokenizerConfig& settings = run.trainer().tokenizer_config();
  const std::unique_ptr<Tokenizer> tokenizer = make_tokenizer(settings);
  std::vector<int32_t> prompt = tokenizer->encode_ordinary(request.prompt);
  if (prompt.empty()) prompt.push_back(tokenizer->eot_token());
  check_ids(prompt, model.vocab_size, settings);
  std::optional<AdaptersOff> bare;
  if (!request.adapters) bare.emplace(run.state.model->parameters());
  emit(request.prompt);
  const SamplingOptions options{.max_new_tokens = request.max_tokens,
                                .temperature = request.temperature,
                                .top_k = request.top_k,
                                .top_p = request.top_p,
                                .min_p = request.min_p,
                                .seed = static_cast<uint64_t>(request.seed),
                                .stop_token = tokenizer->eot_token()};
  generate(*run.state.model, model.block_size, prompt, options, [&](int32_t id) {
    check_stop();
    emit(tokenizer->decode({&id, 1}));
    return true;
  });
}

}  // namespace twofold
