#include "infer/chat_prompts.h"

#include <nlohmann/json.hpp>

#include "chat/turn_ends.h"

namespace twofold {
namespace {

/// What was kept of a run's folders, or what the model's folder has.
FileTexts files_of(const LoadedModel& loaded) {
  return loaded.run ? loaded.run->files() : chat::read_chat_files(loaded.folder);
}

std::vector<int32_t> ends_of(const chat::Layout& layout, const Tokenizer& tokenizer) {
  const std::optional<int32_t> end = chat::end_of_turn(layout.templates, tokenizer);
  return end ? std::vector<int32_t>{*end} : std::vector<int32_t>{};
}

}  // namespace

ChatPrompts::ChatPrompts(const LoadedModel& loaded, const Tokenizer& tokenizer)
    : tokenizer_(tokenizer),
      layout_(chat::layout_of(files_of(loaded), loaded.name, tokenizer)),
      ends_(ends_of(layout_, tokenizer)) {}

Prompt ChatPrompts::of(nlohmann::ordered_json row, std::string where) const {
  row["add_generation_prompt"] = true;
  return {tokenizer_.encode(layout_.templates.render(std::move(row)).text), std::move(where)};
}

}  // namespace twofold
