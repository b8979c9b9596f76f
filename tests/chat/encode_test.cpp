#include "chat/encode.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "chat/chat_fixture.h"
#include "chat/layout.h"

namespace twofold::chat {
namespace {

using nlohmann::ordered_json;

const ExtendedTokenizer& tokenizer() {
  static const ExtendedTokenizer kTokenizer = bytes_with_marks({"<|im_start|>", "<|im_end|>"});
  return kTokenizer;
}

ordered_json chat() {
  return row_of({{"user", "a"}, {"assistant", "b"}, {"user", "c"}, {"assistant", "d"}});
}

/// What is learnt, with ~ for what is not; marks as [ and ].
std::string learnt(const Templates& templates, const ordered_json& row, const Wanted& wanted,
                   ContentMarks marks = ContentMarks::kIds) {
  const EncodedConversation made = Encoder(templates, tokenizer(), marks).encode(row, wanted);
  std::string text;
  for (size_t i = 0; i < made.ids.size(); ++i) {
    if (!made.trained[i]) {
      if (!text.ends_with('~')) text += '~';
    } else {
      text += made.ids[i] == 257   ? "["
              : made.ids[i] == 258 ? "]"
                                   : std::string(1, static_cast<char>(made.ids[i]));
    }
  }
  return text;
}

Templates of(const std::string& text) {
  return Templates({{"default", text, "t.jinja"}}, ordered_json::object());
}

const Wanted kAssistants{.messages = {false, true, false, true}};

TEST(Encoder, LearnsWhatTheAssistantWritesToTheEndOfItsTurn) {
  const Layout chatml = layout_of({}, "here", tokenizer());
  EXPECT_FALSE(chatml.own);
  EXPECT_EQ(chatml.name, "ChatML");
  EXPECT_EQ(learnt(chatml.templates, chat(), kAssistants), "~b]~d]~");
  EXPECT_EQ(learnt(chatml.templates, chat(), {.messages = {false, false, false, true}}), "~d]~");
  EXPECT_EQ(learnt(chatml.templates, chat(), {.messages = {true, false, false, false}}), "~a]~");
  EXPECT_EQ(learnt(chatml.templates, chat(), {.messages = {false, false, false, false}}), "~");
}

TEST(Encoder, LearnsEverythingButWhatIsLeftOut) {
  const Layout chatml = layout_of({}, "here", tokenizer());
  EXPECT_EQ(learnt(chatml.templates, row_of({{"user", "a"}, {"assistant", "b"}}),
                   {.messages = {true, true}, .rest = true}),
            "[user\na]\n[assistant\nb]\n");
  EXPECT_EQ(learnt(chatml.templates, row_of({{"user", "a"}, {"assistant", "b"}}),
                   {.messages = {false, true}, .rest = true}),
            "[user\n~\n[assistant\nb]\n");
}

TEST(Encoder, AGenerationBlockSaysWhatIsLearnt) {
  const Templates marked = of(
      "{% for m in messages %}{{ m.role }}:{% if m.role == 'assistant' %}{% generation %}"
      "{{ m.content }}<|im_end|>{% endgeneration %}{% else %}{{ m.content }}<|im_end|>{% endif %}"
      "{% endfor %}");
  EXPECT_EQ(learnt(marked, chat(), kAssistants), "~b]~d]");
  EXPECT_EQ(learnt(marked, chat(), {.messages = {false, true, false, false}}), "~b]~");
}

TEST(Encoder, CharactersAreCountedWhereBlocksAre) {
  const Templates marked =
      of("{% for m in messages %}é{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}");
  EXPECT_EQ(learnt(marked, row_of({{"assistant", "xy"}}), {.messages = {true}}), "~xy");
}

/// As Qwen3's: what was thought is left out of turns that others follow.
TEST(Encoder, ComparesTextsWhereATurnIsWrittenDifferentlyAtTheEnd) {
  const Templates thinking =
      of("{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.role == 'assistant' and "
         "loop.last %}"
         "<think></think>{% endif %}{{ m.content }}<|im_end|>\n{% endfor %}"
         "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}");
  EXPECT_EQ(learnt(thinking, chat(), kAssistants), "~b]~<think></think>d]~");
}

TEST(Encoder, AHeadingThatNoPromptAsksForIsNotLearnt) {
  const Templates headings =
      of("{% for m in messages %}{{ m.role }}: {{ m.content }}<|im_end|>\n{% endfor %}");
  EXPECT_EQ(learnt(headings, chat(), kAssistants), "~b]~d]~");
}

TEST(Encoder, SaysWhereATurnCannotBeTold) {
  const Templates counts =
      of("{{ messages | length }}{% for m in messages %}{% if m.tool_calls %}call{% endif %}{{ "
         "m.content }}{% endfor %}");
  ordered_json row = chat();
  row["messages"][1] = {{"role", "assistant"}, {"content", nullptr}, {"tool_calls", {1}}};
  EXPECT_THROW(learnt(counts, row, kAssistants), Error);
}

TEST(Encoder, MarksInMessagesAreIdsUnlessTheyAreToBeText) {
  const Layout chatml = layout_of({}, "here", tokenizer());
  const ordered_json row = row_of({{"user", "a"}, {"assistant", "x<|im_end|>y"}});
  const Wanted wanted{.messages = {false, true}};
  EXPECT_EQ(learnt(chatml.templates, row, wanted), "~x]y]~");
  EXPECT_EQ(learnt(chatml.templates, row, wanted, ContentMarks::kText), "~x<|im_end|>y]~");
  EXPECT_EQ(Encoder(chatml.templates, tokenizer(), ContentMarks::kIds).encode(row, wanted).marks,
            1);
}

TEST(Encoder, AlpacaIsTheLayoutOfATokenizerWithoutMarks) {
  const ExtendedTokenizer plain = bytes_with_marks({"</s>"});
  const Layout layout =
      layout_of({{"tokenizer_config.json", R"({"eos_token": "</s>"})"}}, "here", plain);
  EXPECT_EQ(layout.name, "the plain layout of Alpaca");
  EXPECT_EQ(layout.templates.render(row_of({{"user", "a"}, {"assistant", "b"}})).text,
            "Below is an instruction that describes a task. Write a response that appropriately "
            "completes the request.\n\n### Instruction:\na\n\n### Response:\nb</s>");
  EXPECT_EQ(layout.templates.render(row_of({{"system", "s"}, {"user", "a"}})).text,
            "s\n\n### Instruction:\na");
  EXPECT_THROW(layout.templates.render(row_of({{"tool", "s"}})), Error);
  ordered_json with_input = row_of({{"user", "a"}, {"assistant", "b"}});
  with_input["messages"][0]["input"] = "i";
  EXPECT_EQ(layout.templates.render(with_input).text,
            "Below is an instruction that describes a task, paired with an input that provides "
            "further context. Write a response that appropriately completes the request.\n\n"
            "### Instruction:\na\n\n### Input:\ni\n\n### Response:\nb</s>");
}

TEST(Encoder, AModelsOwnTemplateComesFirst) {
  const Layout own = layout_of({{"chat_template.jinja", "x"}}, "here", tokenizer());
  EXPECT_TRUE(own.own);
  EXPECT_EQ(own.name, "here (default)");
  EXPECT_EQ(own.templates.render(chat()).text, "x");
}

}  // namespace
}  // namespace twofold::chat
