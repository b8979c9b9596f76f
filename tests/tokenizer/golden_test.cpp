// Ids that other implementations gave for the same text, and real text there and back.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "support/shared_data.h"
#include "tokenizer/load/make.h"
#include "tokenizer/tokenizer.h"

namespace twofold {
namespace {

const Path kData = TWOFOLD_SHARED_DATA_DIR;

struct Vocabulary {
  const char* encoding;
  const char* file;
  friend void PrintTo(const Vocabulary& one, std::ostream* out) { *out << one.encoding; }
};

class Golden : public testing::TestWithParam<Vocabulary> {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_SHARED_DATA();
    const Path file = kData / "tokenizers" / GetParam().file;
    TokenizerConfig config;
    config.name = GetParam().encoding;
    config.file = file.string();
    tokenizer_ = make_tokenizer(config);
  }
  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST_P(Golden, GivesTheIdsOfOtherImplementations) {
  std::ifstream lines(kData / "tokenizer_golden" / (std::string(GetParam().encoding) + ".jsonl"));
  size_t cases = 0;
  for (std::string line; std::getline(lines, line); ++cases) {
    const auto row = nlohmann::json::parse(line);
    const auto text = row["text"].get<std::string>();
    const auto ids = row["ids"].get<std::vector<int32_t>>();
    EXPECT_EQ(tokenizer_->encode_ordinary(text), ids) << "case " << row["id"] << ": " << text;
    // The chat marks of our cl100k_base are the reference's addition; plain tiktoken has none.
    if (text.find("<|im_start|>") == text.npos) {
      EXPECT_EQ(tokenizer_->encode(text), row.value("ids_special", ids)) << "case " << row["id"];
    }
    EXPECT_EQ(tokenizer_->decode(ids), text) << "case " << row["id"];
  }
  EXPECT_GE(cases, 200u);
}

class ChatMarks : public Golden {};

TEST_P(ChatMarks, HaveTheReferencesIds) {
  EXPECT_EQ(tokenizer_->encode("<|im_start|>user\nhi<|im_end|>"),
            (std::vector<int32_t>{100264, 882, 198, 6151, 100265}));
  EXPECT_EQ(tokenizer_->vocab_size(), 100277);
}

TEST_P(Golden, DecodesWhatItEncodedOfABook) {
  const Path book = Path(TWOFOLD_SOURCE_DIR) / "examples/demo/kjv.txt";
  const std::string text = read_text(book);
  const auto ids = tokenizer_->encode_ordinary(text);
  EXPECT_EQ(tokenizer_->decode(ids), text);
  EXPECT_LT(ids.size(), text.size() / 3);
  for (int32_t id : ids) ASSERT_LT(id, tokenizer_->vocab_size());
}

constexpr Vocabulary kCl100k = {"cl100k_base", "tiktoken/cl100k_base.tiktoken"};
const auto name_of = [](const auto& info) { return std::string(info.param.encoding); };

INSTANTIATE_TEST_SUITE_P(Tiktoken, ChatMarks, testing::Values(kCl100k), name_of);
INSTANTIATE_TEST_SUITE_P(Tiktoken, Golden,
                         testing::Values(kCl100k,
                                         Vocabulary{"o200k_base", "tiktoken/o200k_base.tiktoken"},
                                         Vocabulary{"gpt2", "gpt2/vocab.bpe"},
                                         Vocabulary{"llama3", "llama3/tokenizer.model"}),
                         name_of);

}  // namespace
}  // namespace twofold
