#include "infer/continuation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "eval/text_stream.h"

namespace twofold {
namespace {

constexpr int64_t kUsualTokens = 200;

/// Continues the prompts first … last − 1 side by side.
void continue_some(const LoadedModel& loaded, const Tokenizer& tokenizer,
                   std::span<const Prompt> prompts, const GenerateRequest& request,
                   SamplingOptions options,
                   const std::function<void(size_t, const std::string&)>& emit) {
  const int64_t context = loaded.config().positions();
  std::vector<TextStream> streams;
  std::vector<std::vector<int32_t>> ids;
  std::vector<int64_t> rooms;
  for (size_t i = 0; i < prompts.size(); ++i) {
    ids.push_back(prompts[i].ids);
    rooms.push_back(room_after(std::ssize(ids[i]), request.max_tokens, context, prompts[i].where));
    options.max_new_tokens = std::max(options.max_new_tokens, rooms.back());
    streams.emplace_back(tokenizer, ids[i], request.stops,
                         [&emit, i](const std::string& piece) { emit(i, piece); });
  }
  generate(*loaded.model, context, ids, options, [&](int64_t row, int32_t id) {
    const auto i = static_cast<size_t>(row);
    int64_t& room = rooms[i];
    return room > 0 && streams[i].add(id) && --room > 0;
  });
  for (TextStream& stream : streams) stream.finish();
}

}  // namespace

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

SamplingOptions sampling_of(const GenerateRequest& request, const HfGeneration& model) {
  return {.max_new_tokens = 0,
          .temperature = request.temperature,
          .top_k = request.top_k,
          .top_p = request.top_p,
          .min_p = request.min_p,
          .repetition_penalty = request.repetition_penalty.value_or(model.repetition_penalty),
          .seed = static_cast<uint64_t>(request.seed),
          .stop_tokens = {model.end_tokens.begin(), model.end_tokens.end()}};
}

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

void continue_prompts(const LoadedModel& loaded, const Tokenizer& tokenizer,
                      const std::vector<Prompt>& prompts, const GenerateRequest& request,
                      const std::vector<int32_t>& ends,
                      const std::function<void(size_t prompt, const std::string& piece)>& emit) {
  const ModelConfig& config = loaded.config();
  HfGeneration model = loaded.generation();
  if (loaded.ends_as_documents()) model.end_tokens.push_back(tokenizer.eot_token());
  model.end_tokens.insert(model.end_tokens.end(), ends.begin(), ends.end());
  SamplingOptions options = sampling_of(request, model);
  for (const Prompt& prompt : prompts) {  // all are looked at before the first is continued
    check_ids(std::vector<int64_t>(prompt.ids.begin(), prompt.ids.end()), config, prompt.where);
    room_after(std::ssize(prompt.ids), request.max_tokens, config.positions(), prompt.where);
  }
  for (size_t first = 0; first < prompts.size(); first += Generator::kSideBySide) {
    const size_t size = std::min(prompts.size() - first, Generator::kSideBySide);
    options.first_prompt = static_cast<int64_t>(first);
    continue_some(loaded, tokenizer, std::span(prompts).subspan(first, size), request, options,
                  [&](size_t i, const std::string& piece) { emit(first + i, piece); });
  }
}

}  // namespace twofold
