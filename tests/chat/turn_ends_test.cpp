#include "chat/turn_ends.h"

#include <gtest/gtest.h>

#include "chat/chat_fixture.h"
#include "chat/layout.h"

namespace twofold::chat {
namespace {

std::optional<int32_t> end_with(const Tokenizer& tokenizer, const std::string& written) {
  const FileTexts files = {
      {"chat_template.jinja", "{% for m in messages %}{{ m.content }}" + written + "{% endfor %}"}};
  return end_of_turn(layout_of(files, "here", tokenizer).templates, tokenizer);
}

TEST(EndOfTurn, IsTheMarkBehindAnAnswer) {
  const ExtendedTokenizer tokenizer = bytes_with_marks({"<|im_end|>"});
  EXPECT_EQ(end_with(tokenizer, "<|im_end|>\n"), 257);
  EXPECT_EQ(end_with(tokenizer, "\n"), std::nullopt);
}

TEST(EndOfTurn, IsNoTokenThatStandsForWhatIsNotInTheVocabulary) {
  TokenizerExtension extension;
  hf::AddedToken unknown;
  unknown.id = 257;
  unknown.content = "<unk>";
  unknown.pattern = "</s>";
  unknown.special = true;
  extension.tokens.push_back(unknown);
  const ExtendedTokenizer tokenizer(make_bytes_tokenizer(), std::move(extension));
  EXPECT_EQ(end_with(tokenizer, "</s>"), std::nullopt);
}

}  // namespace
}  // namespace twofold::chat
