#include "tokenizer/load/from_path.h"

#include <gmock/gmock.h>

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/shared_data.h"
#include "tokenizer/bpe/byte_alphabet.h"
#include "tokenizer/llama2c/llama2c.h"
#include "tokenizer/load/make.h"
#include "tokenizer/ranks.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Ids = std::vector<int32_t>;

class FromPath : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "from_path_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  Path write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  std::string refusal(const Path& path) {
    return error_of([&] { tokenizer_from_path(path); });
  }
  Path folder_;
};

constexpr const char* kTiny =
    R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "</s>": 2}, "merges": []}})";

TEST_F(FromPath, ReadsTokenizerJsonAndItsEndOfText) {
  write("tokenizer.json", kTiny);
  EXPECT_EQ(tokenizer_from_path(folder_)->encode("ab"), (Ids{0, 1}));
  EXPECT_EQ(tokenizer_from_path(folder_)->eot_token(), 2);
  write("tokenizer_config.json", R"({"eos_token": {"content": "b"}})");
  EXPECT_EQ(tokenizer_from_path(folder_ / "tokenizer.json")->eot_token(), 1);
}

TEST_F(FromPath, IsTheHuggingFaceBackend) {
  write("tokenizer.json", kTiny);
  for (const char* backend : {"huggingface", "hf", "transformers"}) {
    TokenizerConfig config;
    config.backend = backend;
    config.name = folder_.string();
    EXPECT_EQ(make_tokenizer(config)->encode("ba"), (Ids{1, 0}));
  }
}

/// GPT-2's pair of files: the 256 bytes, then "he".
TEST_F(FromPath, ReadsAPairOfFiles) {
  nlohmann::json vocabulary;
  for (char byte : ByteAlphabet::get().order()) {
    vocabulary[ByteAlphabet::get().character(static_cast<uint8_t>(byte))] = vocabulary.size();
  }
  vocabulary["he"] = 256;
  write("vocab.json", vocabulary.dump());
  EXPECT_THAT(refusal(folder_), AllOf(HasSubstr("merges.txt"), HasSubstr("half")));
  write("merges.txt", "#version: 0.2\nh e\n");
  const auto tokenizer = tokenizer_from_path(folder_);
  EXPECT_EQ(tokenizer->encode("he"), Ids{256});
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("he \n\u00e9")), "he \n\u00e9");
  EXPECT_EQ(tokenizer_from_path(folder_ / "merges.txt")->encode("he"), Ids{256});
  write("merges.txt", "#version: 0.2\nh e\nh \xa0\n");
  EXPECT_THAT(refusal(folder_), AllOf(HasSubstr("merges.txt:3"), HasSubstr("UTF-8")));
}

/// llama2.c's layout: three marks, the bytes, then `tokens` with their scores.
std::string llama2c_file(const std::vector<std::pair<std::string, float>>& tokens) {
  std::string bytes;
  const auto put = [&](const auto& value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  const auto add = [&](const std::string& text, float score) {
    put(score);
    put(static_cast<int32_t>(text.size()));
    bytes += text;
  };
  put(int32_t{16});
  for (const char* mark : {"<unk>", "\n<s>\n", "\n</s>\n"}) add(mark, 0);
  for (int byte = 0; byte < 256; ++byte) add("<0x" + std::to_string(byte) + ">", 0);
  for (const auto& [text, score] : tokens) add(text, score);
  return bytes;
}

TEST_F(FromPath, ReadsLlama2c) {
  const std::string bytes =
      llama2c_file({{" ", -9}, {"a", -9}, {"b", -9}, {"ab", -2}, {" a", -1}, {"bb", -2}});
  write("tokenizer.bin", bytes);
  const auto tokenizer = tokenizer_from_path(folder_);
  EXPECT_EQ(tokenizer->encode("ab"), (Ids{263, 261}));        // " a" before "ab"
  EXPECT_EQ(tokenizer->encode("bbb"), (Ids{259, 264, 261}));  // the leftmost of equals
  EXPECT_EQ(tokenizer->encode("z\xff"), (Ids{259, 3 + 'z', 3 + 255}));
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("ab bz")), "ab bz");
  EXPECT_EQ(tokenizer->with_special({260}), (Ids{1, 260}));
  for (size_t cut : {size_t{2}, size_t{9}, bytes.size() - 1}) {
    EXPECT_FALSE(refusal(write("cut.bin", bytes.substr(0, cut))).empty()) << cut;
  }
  std::string hostile = bytes;
  const int32_t huge = INT32_MAX;
  std::memcpy(hostile.data() + 8, &huge, sizeof huge);
  EXPECT_FALSE(is_llama2c(hostile));
}

TEST_F(FromPath, RefusesWhatIsNoTokenizer) {
  EXPECT_THAT(refusal(folder_), HasSubstr("no tokenizer in the folder"));
  EXPECT_FALSE(refusal(folder_ / "absent.json").empty());
  EXPECT_THAT(refusal(write("empty", "")), HasSubstr("an empty file"));
  EXPECT_THAT(refusal(write("t", "hello")), HasSubstr("not a tokenizer"));
  EXPECT_THAT(refusal(write("t", "\n\x07garbage")), HasSubstr("SentencePiece"));
  EXPECT_THAT(refusal(write("t", rank_file({"ab"}))), HasSubstr("257 tokens"));
  const std::string json = kTiny;
  for (size_t cut = 1; cut < json.size(); cut += 7) {
    EXPECT_THAT(refusal(write("t.json", json.substr(0, cut))), HasSubstr("JSON")) << cut;
  }
}

TEST_F(FromPath, ReadsPublishedFiles) {
  SKIP_WITHOUT_SHARED_DATA();
  const Path files = Path(TWOFOLD_SHARED_DATA_DIR) / "tokenizers";
  EXPECT_EQ(tokenizer_from_path(files / "gpt2")->encode("Hello<|endoftext|>"), (Ids{15496, 50256}));
  EXPECT_EQ(tokenizer_from_path(files / "gpt2/vocab.bpe")->eot_token(), 50256);
  EXPECT_EQ(tokenizer_from_path(files / "qwen2")->encode("<|im_start|>"), Ids{151644});
  EXPECT_EQ(tokenizer_from_path(files / "llama3")->encode("<|begin_of_text|>"), Ids{128000});
  const auto llama2 = tokenizer_from_path(files / "llama2");
  EXPECT_EQ(llama2->encode("Hello, world!"), (Ids{15043, 29892, 3186, 29991}));
  EXPECT_EQ(llama2->with_special({15043}), (Ids{1, 15043}));
  EXPECT_EQ(llama2->eot_token(), 2);
  EXPECT_EQ(tokenizer_from_path(files / "llama2/tokenizer.bin")->encode("Hello, world!"),
            (Ids{15043, 29892, 3186, 29991}));
}

}  // namespace
}  // namespace twofold
