#include "run/turn_layout.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace twofold {
namespace {

/// Bytes, and the marks that it is given.
class Marks : public Tokenizer {
 public:
  explicit Marks(std::vector<std::string> marks) : marks_(std::move(marks)) {}
  std::vector<int32_t> encode(std::string_view text) const override {
    std::vector<int32_t> ids;
    while (!text.empty()) {
      int32_t id = static_cast<unsigned char>(text.front());
      size_t size = 1;
      for (size_t i = 0; i < marks_.size(); ++i) {
        if (!text.starts_with(marks_[i])) continue;
        id = 256 + static_cast<int32_t>(i);
        size = marks_[i].size();
      }
      ids.push_back(id);
      text.remove_prefix(size);
    }
    return ids;
  }
  std::vector<int32_t> encode_ordinary(std::string_view text) const override {
    return encode(text);
  }
  std::string decode(std::span<const int32_t> ids) const override {
    std::string text;
    for (const int32_t id : ids) {
      text +=
          id < 256 ? std::string(1, static_cast<char>(id)) : marks_[static_cast<size_t>(id) - 256];
    }
    return text;
  }
  bool is_special(int32_t id) const override { return id >= 256; }
  int32_t eot_token() const override { return 0; }
  int64_t vocab_size() const override { return 256 + std::ssize(marks_); }

 private:
  std::vector<std::string> marks_;
};

const Marks kChatMl({"<|im_start|>", "<|im_end|>"});

TEST(TurnLayout, IsTheModelsTemplates) {
  const FileTexts files = {
      {"chat_template.jinja",
       "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}<e>{% endfor %}"
       "{% if add_generation_prompt %}[model]{% endif %}"},
      {"tokenizer_config.json", R"({"bos_token": {"content": "<s>"}})"}};
  const TurnLayout layout(files, Marks({"<s>", "<e>"}));
  EXPECT_EQ(layout.prompt("", "Hi"), "<s>[user]Hi<e>[model]");
  EXPECT_EQ(layout.prompt("Be brief.", "Hi"), "<s>[system]Be brief.<e>[user]Hi<e>[model]");
  EXPECT_EQ(layout.end(), 257);
}

TEST(TurnLayout, IsChatMlWhereItsMarksAreTokens) {
  const TurnLayout layout({}, kChatMl);
  EXPECT_EQ(layout.prompt("", "Hi"), "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_TRUE(layout.prompt("Be brief.", "Hi")
                  .starts_with("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<"));
  EXPECT_EQ(layout.end(), 257);
}

TEST(TurnLayout, IsAlpacasElsewhere) {
  const TurnLayout layout({}, Marks({"<|im_start|>"}));
  EXPECT_TRUE(layout.prompt("", "Hi").ends_with("### Instruction:\nHi\n\n### Response:\n"));
  EXPECT_EQ(layout.end(), std::nullopt);
}

TEST(TurnLayout, ATemplateThatEndsATurnWithoutAMarkHasNoEnd) {
  const FileTexts files = {
      {"chat_template.jinja", "{% for m in messages %}{{ m.content }}\n{% endfor %}"}};
  EXPECT_EQ(TurnLayout(files, kChatMl).end(), std::nullopt);
}

TEST(TurnLayout, ATemplateThatRefusesIsAnErrorWhenItIsAsked) {
  const FileTexts files = {{"chat_template.jinja", "{{ raise_exception('never') }}"}};
  const TurnLayout layout(files, kChatMl);
  EXPECT_EQ(layout.end(), std::nullopt);
  EXPECT_THROW(layout.prompt("", "Hi"), Error);
}

}  // namespace
}  // namespace twofold
