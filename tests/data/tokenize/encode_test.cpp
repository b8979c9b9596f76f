#include "data/tokenize/encode.h"

#include <nlohmann/json.hpp>

#include "data/tokenize/teaching.h"
#include "data/tokenize/tokenize_fixture.h"
#include "tokenizer/load/make.h"

namespace twofold {
namespace {

using forms::Completion;
using forms::Conversation;
using forms::Example;
using forms::Instruction;
using testing::HasSubstr;

/// The tokenizer of bytes, with tokens of its own.
class ExampleEncoding : public TokenizeTest {
 protected:
  /// What is learnt, ~ for what is not, | for the end of a text.
  std::string learnt(const Example& example, TrainOn train_on = TrainOn::kAuto) const {
    const auto tokenizer = make_tokenizer(settings_.tokenizer);
    const Encoded made = ExampleEncoder(settings_, *tokenizer, train_on).encode(example);
    EXPECT_EQ(made.ids.size(), made.trained.size());
    std::string text;
    for (size_t i = 0; i < made.ids.size(); ++i) {
      if (made.trained[i] == 0) {
        if (!text.ends_with('~')) text += '~';
      } else {
        text += made.ids[i] == 256 ? "|" : tokenizer->decode({&made.ids[i], 1});
      }
    }
    return text;
  }

  TokenizeBlockwiseConfig settings_ = blockwise(64);
};

Example example(auto content) { return {.content = std::move(content), .where = "a.jsonl:3"}; }

Conversation chat() {
  Conversation made;
  made.row["messages"] = {{{"role", "user"}, {"content", "a"}},
                          {{"role", "assistant"}, {"content", "b"}}};
  made.trained.resize(2);
  return made;
}

TEST_F(ExampleEncoding, OfATextLearnsAll) {
  EXPECT_EQ(learnt(example(forms::Text{"ab"})), "ab");
  EXPECT_EQ(learnt(example(forms::Text{"ab"}), TrainOn::kAll), "ab");
  EXPECT_THAT(error_of([&] { learnt(example(forms::Text{"ab"}), TrainOn::kAssistant); }),
              testing::AllOf(HasSubstr("a.jsonl:3"), HasSubstr("data/train_on")));
}

TEST_F(ExampleEncoding, OfAPromptLearnsWhatFollows) {
  const Example pair = example(Completion{.prompt = "a\n", .completion = "bc"});
  EXPECT_EQ(learnt(pair), "~bc|");
  EXPECT_EQ(learnt(pair, TrainOn::kLast), "~bc|");
  EXPECT_EQ(learnt(pair, TrainOn::kAll), "a\nbc|");
}

TEST_F(ExampleEncoding, WithoutMarksWritesChatsAsAlpacaDoes) {
  EXPECT_EQ(learnt(example(chat())), "~b|");
  EXPECT_THAT(learnt(example(chat()), TrainOn::kAll),
              HasSubstr("\n\n### Instruction:\na\n\n### Response:\nb|"));
  EXPECT_EQ(learnt(example(Instruction{.instruction = "a", .output = "b"})), "~b|");
  EXPECT_THAT(
      learnt(example(Instruction{.instruction = "a", .input = "i", .output = "b"}), TrainOn::kAll),
      HasSubstr("further context. Write a response that appropriately completes the "
                "request.\n\n### Instruction:\na\n\n### Input:\ni\n\n### Response:\nb|"));
}

TEST_F(ExampleEncoding, WithTheMarksOfChatMlWritesThat) {
  settings_.tokenizer.add_tokens = {"<|im_start|>", "<|im_end|>"};
  EXPECT_EQ(learnt(example(chat()), TrainOn::kAll),
            "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n");
  EXPECT_THAT(learnt(example(chat())), testing::StartsWith("~b<|im_end|>"));
  EXPECT_THAT(learnt(example(Instruction{.instruction = "a", .output = "b"})),
              testing::StartsWith("~b<|im_end|>"));
}

TEST_F(ExampleEncoding, SaysWhereATemplateRefuses) {
  Conversation tool;
  tool.row["messages"] = {{{"role", "tool"}, {"content", "a"}}};
  tool.trained.resize(1);
  EXPECT_THAT(error_of([&] { learnt(example(tool)); }),
              testing::AllOf(HasSubstr("a.jsonl:3"), HasSubstr("no place for a turn of tool")));
}

TEST_F(ExampleEncoding, ARowMayTeachNothing) {
  const std::vector<int32_t> ends = {256};
  Teaching teaching;
  EXPECT_FALSE(
      count_learnt(ends, std::vector<int32_t>{1, 2}, std::vector<uint8_t>{0, 0}, teaching));
  EXPECT_TRUE(
      count_learnt(ends, std::vector<int32_t>{1, 256}, std::vector<uint8_t>{1, 1}, teaching));
  EXPECT_EQ(teaching.learnt, 2);
  EXPECT_EQ(teaching.ends, 1);
  EXPECT_EQ(teaching.nothing, 1);
}

TEST_F(ExampleEncoding, ADatasetOfWhichNothingIsLearntIsAnError) {
  put("source.txt", R"({"messages": [{"role": "user", "content": "a"}]})"
                    "\n");
  settings_ = config<TokenizeBlockwiseConfig>(records::Format::kJsonl);
  EXPECT_THAT(error_of([&] { tokenize_blockwise(settings_, data()); }),
              HasSubstr("nothing of this dataset is learnt"));
  put("source.txt",
      R"({"messages": [{"role": "user", "content": "a"}]})"
      "\n"
      R"({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]})"
      "\n");
  settings_.val_pct = 0;
  const TokenizeResult result = tokenize_blockwise(settings_, data());
  EXPECT_EQ(result.train, 1);
  EXPECT_EQ(result.teaching.nothing, 1);
  EXPECT_EQ(result.teaching.learnt, 2);
  EXPECT_EQ(result.layout, "the plain layout of Alpaca");
}

TEST_F(ExampleEncoding, TwoSettingsMayNotContradictEachOther) {
  settings_.assistant_only = true;
  EXPECT_EQ(settings_.learnt_part(), TrainOn::kAssistant);
  settings_.train_on = TrainOn::kAll;
  EXPECT_THROW(settings_.learnt_part(), Error);
}

}  // namespace
}  // namespace twofold
