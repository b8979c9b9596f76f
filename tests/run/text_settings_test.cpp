#include "run/text_settings.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "run/registry.h"
#include "tokenizer/load/make.h"

namespace twofold {
namespace {

using testing::ElementsAre;

class ReaderOf : public testing::Test {
 protected:
  ReaderOf() {
    config_.model->vocab_size = 300;
    config_.model->block_size = 64;
    TokenizerConfig bytes;
    bytes.backend = "bytes";
    tokenizer_ = make_tokenizer(bytes);
  }
  TextReader reader(const FileTexts& files = {}) {
    return reader_of(*config_.model, files, false, *tokenizer_);
  }
  RunConfig config_ = make_run_config("llama/train/lora");
  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST_F(ReaderOf, ATextIsReadAfterWhatBeginsOneElseAfterWhatEndsOne) {
  EXPECT_EQ(reader().reading.begin, tokenizer_->eot_token());
  config_.model->bos_token_id = 260;
  EXPECT_EQ(reader().reading.begin, 260);
  EXPECT_EQ(
      reader({{"tokenizer_config.json", R"({"eos_token": "A", "bos_token": "B"})"}}).reading.begin,
      'B');
  EXPECT_EQ(reader({{"tokenizer_config.json", R"({"eos_token": "A"})"}}).reading.begin, 'A');
  config_.model->bos_token_id = 300;
  EXPECT_EQ(reader().reading.begin, tokenizer_->eot_token())
      << "a row that the model does not have";
  EXPECT_EQ(reader().positions, 64);
}

TEST_F(ReaderOf, ATextEndsWithWhatTheModelsFilesSay) {
  const int32_t eot = tokenizer_->eot_token();
  EXPECT_THAT(reader().end_tokens, ElementsAre(eot));
  config_.model->eos_token_id = {7, 400};
  EXPECT_THAT(reader().end_tokens, ElementsAre(eot, 7));
  EXPECT_THAT(reader({{"generation_config.json", R"({"eos_token_id": [9, 8]})"}}).end_tokens,
              ElementsAre(eot, 9, 8));
}

TEST_F(ReaderOf, AUserIsAnsweredInTheModelsOwnLayout) {
  const FileTexts own = {
      {"chat_template.jinja",
       "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
       "{% if add_generation_prompt %}[model]{% endif %}"},
      {"tokenizer_config.json", R"({"bos_token": {"content": "<s>"}})"}};
  EXPECT_EQ(reader(own).turn("", "Hi"), "<s>[user]Hi[model]");
  EXPECT_EQ(reader(own).turn("Be brief.", "Hi"), "<s>[system]Be brief.[user]Hi[model]");
  EXPECT_TRUE(reader().turn("", "Hi").ends_with("### Instruction:\nHi\n\n### Response:\n"))
      << "the bytes have no marks of ChatML";
}

TEST_F(ReaderOf, ATemplateThatIsNoneMattersToThoseWhoAsk) {
  const TextReader broken = reader({{"chat_template.jinja", "{% if %}"}});
  EXPECT_THROW(broken.turn("", "Hi"), Error);
  EXPECT_FALSE(reader().turn("", "Hi").empty());
}

}  // namespace
}  // namespace twofold
