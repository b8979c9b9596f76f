#include "data/tokenize/encode.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>

#include "base/error.h"
#include "chat/mask.h"
#include "chat/turn_ends.h"
#include "data/forms/alpaca.h"
#include "data/tokenize/wanted.h"
#include "formats/hub_cache.h"

namespace twofold {
namespace {

/// With where the example is from in front: neither a tokenizer nor a template knows files.
[[noreturn]] void refuse_at(const Error& error, const std::string& where) {
  std::vector<Problem> problems = error.problems();
  for (Problem& problem : problems) {
    problem.where = problem.where.empty() ? where : fmt::format("{}, {}", where, problem.where);
  }
  throw Error(std::move(problems));
}

[[noreturn]] void refuse_text() {
  fail({.what = "a text has no part that could be learnt alone",
        .where = "data/train_on",
        .expected = "auto or all for the form text",
        .found = "another part",
        .hint = "set data/form if the records are something else"});
}

std::vector<int32_t> ends_of(const chat::Layout& layout, const Tokenizer& tokenizer) {
  std::vector<int32_t> ends = {tokenizer.eot_token()};
  const std::optional<int32_t> turn = chat::end_of_turn(layout.templates, tokenizer);
  if (turn && *turn != ends.front()) ends.push_back(*turn);
  return ends;
}

}  // namespace

chat::Layout layout_of(const TokenizerConfig& settings, const Tokenizer& tokenizer) {
  const Path place = settings.place().empty() ? Path() : formats::hub_folder(settings.place());
  const Path folder = std::filesystem::is_directory(place) ? place : place.parent_path();
  return chat::layout_of(place.empty() ? FileTexts() : chat::read_chat_files(folder),
                         folder.string(), tokenizer);
}

ExampleEncoder::ExampleEncoder(const TokenizeConfig& config, const Tokenizer& tokenizer,
                               TrainOn train_on)
    : config_(config),
      tokenizer_(tokenizer),
      train_on_(train_on),
      layout_(twofold::layout_of(config.tokenizer, tokenizer)),
      ends_(ends_of(layout_, tokenizer)),
      marks_(tokenizer),
      conversations_(layout_.templates, tokenizer, config.content_marks) {}

bool ExampleEncoder::is_ended(const std::vector<int32_t>& ids) const {
  return !ids.empty() && ids.back() == tokenizer_.eot_token();
}

void ExampleEncoder::end(Encoded& made, uint8_t trained) const {
  if (!is_ended(made.ids)) {
    made.ids.push_back(tokenizer_.eot_token());
    made.trained.push_back(trained);
  }
  made.ended = true;
}

Encoded ExampleEncoder::with_special(Encoded made) const {
  if (!config_.tokenizer.add_special) return made;
  const size_t before = special_in_front(tokenizer_).size();
  made.ids = tokenizer_.with_special(std::move(made.ids));
  // What is put in front is given; what is put behind is how a text ends.
  made.trained.insert(made.trained.begin(), before, uint8_t{0});
  made.trained.resize(made.ids.size(), 1);
  return made;
}

Encoded ExampleEncoder::encode_text(const forms::Text& text) const {
  if (train_on_ != TrainOn::kAuto && train_on_ != TrainOn::kAll) refuse_text();
  Encoded made{.ids = tokenizer_.encode_ordinary(text.text)};
  made.trained.assign(made.ids.size(), 1);
  made = with_special(std::move(made));
  std::ranges::fill(made.trained, uint8_t{1});
  made.ended = config_.tokenizer.add_special && is_ended(made.ids);
  return made;
}

Encoded ExampleEncoder::encode_completion(const forms::Completion& completion) const {
  const std::string text = completion.prompt + completion.completion;
  const ByteSpan whole{0, text.size()};
  const bool ordinary = config_.content_marks == chat::ContentMarks::kText;
  EncodedText tokens =
      tokenizer_.encode_with_offsets(text, std::span(&whole, ordinary ? size_t{1} : size_t{0}));
  const size_t given = train_on_ == TrainOn::kAll ? 0 : completion.prompt.size();
  Encoded made{.ids = std::move(tokens.ids),
               .trained = chat::trained_tokens(tokens.offsets, {{given, text.size()}}),
               .marks = std::ssize(marks_.find(text))};
  made = with_special(std::move(made));
  end(made, 1);
  return made;
}

Encoded ExampleEncoder::encode_conversation(const forms::Conversation& conversation) const {
  chat::EncodedConversation tokens =
      conversations_.encode(conversation.row, wanted_of(conversation, train_on_));
  Encoded made{.ids = std::move(tokens.ids),
               .trained = std::move(tokens.trained),
               .ended = false,
               .marks = tokens.marks};
  made.ended = is_ended(made.ids);
  // Its end-of-text token may have no text that a template could write.
  if (layout_.is_plain) end(made, made.trained.empty() ? uint8_t{0} : made.trained.back());
  return made;
}

Encoded ExampleEncoder::encode_instruction(const forms::Instruction& instruction) const {
  const auto place = layout_.is_plain ? forms::InputPlace::kApart : forms::InputPlace::kContent;
  return encode_conversation(forms::conversation_of(instruction, place));
}

Encoded ExampleEncoder::encode(const forms::Example& example) const {
  struct Each {
    const ExampleEncoder& to;
    Encoded operator()(const forms::Text& text) const { return to.encode_text(text); }
    Encoded operator()(const forms::Completion& one) const { return to.encode_completion(one); }
    Encoded operator()(const forms::Instruction& one) const { return to.encode_instruction(one); }
    Encoded operator()(const forms::Conversation& one) const { return to.encode_conversation(one); }
  };
  try {
    return std::visit(Each{*this}, example.content);
  } catch (const Error& error) {
    refuse_at(error, example.where);
  }
}

}  // namespace twofold
