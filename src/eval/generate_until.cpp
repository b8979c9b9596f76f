#include "eval/generate_until.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "eval/generate.h"
#include "eval/text_stream.h"

namespace twofold {
namespace {

/// Tokens whose keys and values are kept at a time, and the most contexts that they are of.
constexpr int64_t kCachedTokens = 16384;
constexpr int64_t kSideBySide = 64;

SamplingOptions greedy(const Tokenizer& tokenizer, const GenerationLimits& limits) {
  SamplingOptions options{
      .max_new_tokens = limits.max_new_tokens, .temperature = 0, .stop_tokens = limits.end_tokens};
  for (const std::string& text : limits.until) {
    const std::vector<int32_t> ids = tokenizer.encode(text);
    if (ids.size() == 1 && tokenizer.is_special(ids[0])) options.stop_tokens.push_back(ids[0]);
  }
  return options;
}

/// Keeps the last tokens of contexts that are longer than `room`; how many there were.
size_t cut_left(std::vector<std::vector<int32_t>>& contexts, int64_t room) {
  size_t cut = 0;
  for (std::vector<int32_t>& context : contexts) {
    if (std::ssize(context) <= room) continue;
    context.erase(context.begin(), context.end() - room);
    ++cut;
  }
  return cut;
}

/// The answers to some contexts, side by side.
std::vector<std::string> answers_of(Model& model, const Tokenizer& tokenizer, int64_t positions,
                                    const std::vector<std::vector<int32_t>>& contexts,
                                    const std::vector<std::string>& until,
                                    const SamplingOptions& options) {
  std::vector<std::string> texts(contexts.size());
  std::vector<TextStream> streams;
  streams.reserve(contexts.size());
  for (size_t i = 0; i < contexts.size(); ++i) {
    // An answer is decoded by itself, as lm-eval does: a tokenizer may drop a space in front.
    streams.emplace_back(tokenizer, std::vector<int32_t>{}, until,
                         [&own = texts[i]](const std::string& piece) { own += piece; });
  }
  generate(model, positions, contexts, options,
           [&](int64_t row, int32_t id) { return streams[static_cast<size_t>(row)].add(id); });
  for (TextStream& stream : streams) stream.finish();
  return texts;
}

}  // namespace

Answers generate_until(Model& model, const Tokenizer& tokenizer, int64_t positions,
                       std::vector<std::vector<int32_t>> contexts, const GenerationLimits& limits,
                       const std::function<void(double)>& progress) {
  const int64_t room = positions - limits.max_new_tokens;
  if (room < 1) {
    fail({.what = "the answers that a task allows fill the model's context",
          .where = "max_gen_toks",
          .expected = fmt::format("less than {} tokens", positions),
          .found = std::to_string(limits.max_new_tokens),
          .hint = "a task file with `include: TASK` and a smaller generation_kwargs/max_gen_toks, "
                  "or a model with a longer context"});
  }
  Answers answers{.texts = std::vector<std::string>(contexts.size()),
                  .cut = cut_left(contexts, room)};
  std::vector<size_t> order(contexts.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater{}, [&](size_t i) { return contexts[i].size(); });
  const SamplingOptions options = greedy(tokenizer, limits);
  for (size_t done = 0; done < order.size();) {
    const auto longest = std::ssize(contexts[order[done]]) + limits.max_new_tokens;
    const auto rows =
        static_cast<size_t>(std::clamp<int64_t>(kCachedTokens / longest, 1, kSideBySide));
    const size_t end = std::min(order.size(), done + rows);
    std::vector<std::vector<int32_t>> group;
    for (size_t i = done; i < end; ++i) group.push_back(contexts[order[i]]);
    std::vector<std::string> texts =
        answers_of(model, tokenizer, positions, group, limits.until, options);
    for (std::string& text : texts) answers.texts[order[done++]] = std::move(text);
    if (progress) progress(static_cast<double>(done) / static_cast<double>(order.size()));
  }
  return answers;
}

}  // namespace twofold
