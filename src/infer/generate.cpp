#include "eval/generate.h"

#include <fmt/format.h>

#include "base/error.h"
#include "formats/text_file.h"
#include "infer/continuation.h"
#include "infer/loaded_model.h"
#include "infer/text_reader.h"
#include "run/two_begins.h"
#include "twofold/tokenizer.h"

namespace twofold {
namespace {

/// The ids of a prompt as the model expects them; never none.
std::vector<int32_t> prompt_ids(const LoadedModel& loaded, const Tokenizer& tokenizer,
                                const std::string& text) {
  std::vector<int32_t> ids = tokenizer.encode(text);
  if (adds_special(loaded)) ids = tokenizer.with_special(std::move(ids));
  if (!ids.empty()) return ids;
  const int64_t bos = loaded.run ? -1 : loaded.config().bos_token_id;
  if (bos < 0) return {tokenizer.eot_token()};
  check_ids(std::vector<int64_t>{bos}, loaded.config(),
            (loaded.folder / "config.json").string() + ": bos_token_id");
  return {static_cast<int32_t>(bos)};
}

/// Two tokens that begin a text in front of a prompt: one that it spells, one that is put there.
void warn_of_two_begins(const GenerateRequest& request, const std::string& where, int64_t id) {
  if (!request.warn) return;
  request.warn(
      fmt::format("{} begins with the token that begins a text twice (id {}): one of them "
                  "is put there by the tokenizer or the template, leave the other out",
                  where, id));
}

}  // namespace

struct Generator::Parts {
  LoadedModel loaded;
};

Generator::Generator(const ModelSource& source) : parts_(new Parts{.loaded = load_model(source)}) {
  widen(parts_->loaded);  // a pass a token
}
Generator::~Generator() = default;
Generator::Generator(Generator&&) noexcept = default;
Generator& Generator::operator=(Generator&&) noexcept = default;

std::vector<int32_t> Generator::ids(std::span<const int64_t> prompt, const GenerateRequest& request,
                                    const std::string& where) const {
  const ModelConfig& config = parts_->loaded.config();
  check_request(request);
  check_ids(prompt, config, where);
  if (prompt.empty()) {
    fail({.what = "no ids to continue",
          .where = where,
          .expected = "at least one id",
          .found = "an empty list",
          .hint = "give the id that begins a text"});
  }
  const int64_t begin = begin_token(config);
  if (prompt.size() > 1 && begin >= 0 && prompt[0] == begin && prompt[1] == begin) {
    warn_of_two_begins(request, where, begin);
  }
  SamplingOptions options = sampling_of(request, parts_->loaded.generation());
  options.max_new_tokens =
      room_after(std::ssize(prompt), request.max_tokens, config.positions(), where);
  const std::vector<int32_t> narrow(prompt.begin(), prompt.end());
  return generate(*parts_->loaded.model, config.positions(), narrow, options);
}

void Generator::text(
    const std::vector<std::string>& prompts, const GenerateRequest& request,
    const std::function<void(size_t prompt, const std::string& piece)>& emit) const {
  const LoadedModel& loaded = parts_->loaded;
  check_request(request);
  const std::unique_ptr<Tokenizer> tokenizer = tokenizer_of(loaded);
  std::vector<Prompt> all;
  for (size_t i = 0; i < prompts.size(); ++i) {
    const std::string where = fmt::format("prompt {}", i + 1);
    formats::require_utf8(prompts[i], {.file = where});
    all.push_back({prompt_ids(loaded, *tokenizer, prompts[i]), where});
    if (begins_twice(*tokenizer, all[i].ids)) warn_of_two_begins(request, where, all[i].ids[0]);
  }
  continue_prompts(loaded, *tokenizer, all, request, {}, emit);
}

}  // namespace twofold
