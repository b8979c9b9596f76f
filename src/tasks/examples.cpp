#include "tasks/examples.h"

#include <fmt/format.h>

#include <algorithm>

namespace twofold::tasks {
namespace {

constexpr uint32_t kFewshotSeed = 1234;  // lm-eval's --seed of examples

}  // namespace

Examples::Examples(const Task& task, const Questions& questions, const Path& folder, size_t count)
    : task_(task),
      questions_(questions),
      count_(count),
      own_(task.fewshot_files.empty()),
      random_(kFewshotSeed) {
  if (count == 0) return;
  all_ = read_examples(task, folder);
  for (Document& document : all_) questions.process(document);
}

std::vector<const Document*> Examples::pool(const Document& question) const {
  std::vector<const Document*> found;
  const std::string& match = task_.fewshot_match;
  const auto value_of = [&](const Document& document) {
    const auto field = document.fields.find(match);
    return field == document.fields.end() ? nlohmann::ordered_json() : *field;
  };
  for (const Document& document : all_) {
    if (match.empty() || value_of(document) == value_of(question)) found.push_back(&document);
  }
  return found;
}

std::vector<const Document*> Examples::drawn(std::vector<const Document*> from,
                                             const Document& question) {
  const auto is_question = [&](const Document* document) {
    return own_ && document->fields == question.fields;
  };
  if (task_.sampler == Sampler::kFirstN) {
    std::erase_if(from, is_question);
    if (from.size() < count_) return from;
    return {from.begin(), from.begin() + static_cast<ptrdiff_t>(count_)};
  }
  const size_t asked = count_ + (own_ ? 1 : 0);  // one more, since the question may be among them
  if (from.size() < asked) return {};
  std::vector<const Document*> found;
  for (const size_t place : random_.sample(from.size(), asked)) {
    if (!is_question(from[place])) found.push_back(from[place]);
  }
  if (found.size() > count_) found.resize(count_);
  return found;
}

std::string Examples::in_front_of(const Document& question) {
  if (count_ == 0) return {};
  const std::vector<const Document*> found = drawn(pool(question), question);
  if (found.size() < count_) {
    refuse_document(question, task_, "too few examples for this question",
                    fmt::format("at least {}, and the question itself", count_),
                    fmt::format("{}", found.size()));
  }
  std::string text;
  for (const Document* example : found) text += questions_.example(*example);
  return text;
}

}  // namespace twofold::tasks
