#include "eval/generate.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "eval/text_stream.h"
#include "formats/text_file.h"
#include "infer/text_reader.h"
#include "run/two_begins.h"
#include "tokenizer/load/from_path.h"

namespace twofold {
namespace {

constexpr int64_t kUsualTokens = 200;

/// How many tokens may follow a prompt; an Error if it and the tokens asked for exceed the context.
int64_t room_after(int64_t prompt, int64_t asked, int64_t context, const std::string& where) {
  if (prompt > context || (asked > 0 && asked > context - prompt)) {
    fail({.what = "the text would be longer than the model's context",
          .where = where,
          .expected = fmt::format("at most {} tokens in all", context),
          .found = asked > 0 ? fmt::format("{} and {} new ones", prompt, asked)
                             : fmt::format("{}", prompt),
          .hint = "ask for fewer --tokens, or shorten the prompt"});
  }
  return std::min(asked >= 0 ? asked : kUsualTokens, context - prompt);
}

SamplingOptions options_of(const GenerateRequest& request, const HfGeneration& model) {
  return {.max_new_tokens = 0,
          .temperature = request.temperature,
          .top_k = request.top_k,
          .top_p = request.top_p,
          .min_p = request.min_p,
          .repetition_penalty = request.repetition_penalty.value_or(model.repetition_penalty),
          .seed = static_cast<uint64_t>(request.seed),
          .stop_tokens = {model.end_tokens.begin(), model.end_tokens.end()}};
}

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

/// One Error with every setting that is out of its range.
void check_request(const GenerateRequest& request) {
  std::vector<Problem> problems;
  const auto demand = [&](bool holds, const char* option, const char* expected, auto found) {
    if (holds) return;
    problems.push_back({.what = "a setting of the generation is out of range",
                        .where = option,
                        .expected = expected,
                        .found = fmt::format("{}", found),
                        .hint = "leave it out for its default; see `twofold generate --help`"});
  };
  // Written so that NaN fails.
  demand(request.max_tokens >= -1, "--tokens", "at least 0, or -1", request.max_tokens);
  demand(request.temperature >= 0 && std::isfinite(request.temperature), "--temperature",
         "a number of at least 0", request.temperature);
  demand(request.top_p > 0 && request.top_p <= 1, "--top-p", "in (0, 1]", request.top_p);
  demand(request.top_k >= 0, "--top-k", "at least 0", request.top_k);
  const double penalty = request.repetition_penalty.value_or(1);
  demand(penalty > 0 && std::isfinite(penalty), "--repetition-penalty", "a number above 0",
         penalty);
  demand(request.min_p >= 0 && request.min_p <= 1, "--min-p", "in [0, 1]", request.min_p);
  for (const std::string& stop : request.stops) {
    demand(!stop.empty(), "--stop", "a text", "an empty one");
  }
  throw_problems(std::move(problems));
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
  SamplingOptions options = options_of(request, parts_->loaded.generation());
  options.max_new_tokens =
      room_after(std::ssize(prompt), request.max_tokens, config.positions(), where);
  const std::vector<int32_t> narrow(prompt.begin(), prompt.end());
  return generate(*parts_->loaded.model, config.positions(), narrow, options);
}

void Generator::text(
    const std::vector<std::string>& prompts, const GenerateRequest& request,
    const std::function<void(size_t prompt, const std::string& piece)>& emit) const {
  const ModelConfig& config = parts_->loaded.config();
  check_request(request);
  const std::unique_ptr<Tokenizer> tokenizer = tokenizer_of(parts_->loaded);
  HfGeneration model = parts_->loaded.generation();
  if (parts_->loaded.ends_as_documents()) model.end_tokens.push_back(tokenizer->eot_token());
  SamplingOptions options = options_of(request, model);
  std::vector<std::vector<int32_t>> ids;
  std::vector<int64_t> rooms;
  for (size_t i = 0; i < prompts.size(); ++i) {  // all are looked at before the first is continued
    const std::string where = fmt::format("prompt {}", i + 1);
    formats::require_utf8(prompts[i], {.file = where});
    ids.push_back(prompt_ids(parts_->loaded, *tokenizer, prompts[i]));
    check_ids(std::vector<int64_t>(ids[i].begin(), ids[i].end()), config, where);
    if (begins_twice(*tokenizer, ids[i])) warn_of_two_begins(request, where, ids[i][0]);
    rooms.push_back(room_after(std::ssize(ids[i]), request.max_tokens, config.positions(), where));
    options.max_new_tokens = std::max(options.max_new_tokens, rooms.back());
  }
  for (size_t first = 0; first < ids.size(); first += kSideBySide) {
    const size_t last = std::min(ids.size(), first + kSideBySide);
    std::vector<TextStream> streams;
    for (size_t i = first; i < last; ++i) {
      streams.emplace_back(*tokenizer, ids[i], request.stops,
                           [&emit, i](const std::string& piece) { emit(i, piece); });
    }
    options.first_prompt = static_cast<int64_t>(first);
    const std::vector<std::vector<int32_t>> group(ids.begin() + static_cast<ptrdiff_t>(first),
                                                  ids.begin() + static_cast<ptrdiff_t>(last));
    generate(*parts_->loaded.model, config.positions(), group, options,
             [&](int64_t row, int32_t id) {
               const auto i = static_cast<size_t>(row);
               int64_t& room = rooms[first + i];
               return room > 0 && streams[i].add(id) && --room > 0;
             });
    for (TextStream& stream : streams) stream.finish();
  }
}

}  // namespace twofold
