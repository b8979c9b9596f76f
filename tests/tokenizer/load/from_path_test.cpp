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

TEST_F(FromPath, ReadsWhatStandsBesideTokenizerJson) {
  write("tokenizer.json", kTiny);
  write("config.json", R"({"eos_token_id": [1, 2]})");
  EXPECT_EQ(tokenizer_from_path(folder_)->eot_token(), 1);
  write("config.json", R"({"eos_token_id": 3})");  // no token of this one
  EXPECT_EQ(tokenizer_from_path(folder_)->eot_token(), 2);
  write("special_tokens_map.json", R"({"eos_token": "a", "pad_token": "<pad>"})");
  write("added_tokens.json", R"({"bb": 3})");
  const auto tokenizer = tokenizer_from_path(folder_);
  EXPECT_EQ(tokenizer->eot_token(), 0);
  EXPECT_EQ(tokenizer->encode("bb<pad>b"), (Ids{3, 4, 1}));
  EXPECT_TRUE(tokenizer->is_special(0));
  EXPECT_TRUE(tokenizer->is_special(4));
  EXPECT_FALSE(tokenizer->is_special(3));
  write("added_tokens.json", R"({"bb": 5})");
  EXPECT_THAT(refusal(folder_), AllOf(HasSubstr("added_tokens.json"), HasSubstr("5 for `bb`")));
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

/// A vocab.json as GPT-2's: the 256 bytes, then `more`.
std::string vocabulary_with(const std::vector<std::string>& more) {
  nlohmann::json vocabulary;
  for (char byte : ByteAlphabet::get().order()) {
    vocabulary[ByteAlphabet::get().character(static_cast<uint8_t>(byte))] = vocabulary.size();
  }
  for (const std::string& token : more) vocabulary[token] = vocabulary.size();
  return vocabulary.dump();
}

TEST_F(FromPath, ReadsWhatStandsBesideAPairOfFiles) {
  write("vocab.json", vocabulary_with({"he", "<|endoftext|>"}));
  write("merges.txt", "#version: 0.2\nh e\n");
  write("added_tokens.json", R"({"<|sep|>": 258})");
  EXPECT_EQ(tokenizer_from_path(folder_)->encode("he<|sep|>he"), (Ids{256, 258, 256}));
  EXPECT_EQ(tokenizer_from_path(folder_)->encode_ordinary("<|sep|>"), Ids{258});
  EXPECT_EQ(tokenizer_from_path(folder_)->with_special({1}), Ids{1});
  EXPECT_EQ(tokenizer_from_path(folder_)->eot_token(), 257);
  write("tokenizer_config.json", R"({"add_prefix_space": true, "add_bos_token": true,
                                     "add_eos_token": true, "eos_token": "<|sep|>"})");
  const auto tokenizer = tokenizer_from_path(folder_ / "merges.txt");
  const int32_t space = tokenizer->encode(" ")[0];
  EXPECT_EQ(tokenizer->encode("he<|sep|> he"), (Ids{space, 256, 258, space, 256}));
  EXPECT_EQ(tokenizer->with_special({1}), (Ids{257, 1, 258}));
  EXPECT_EQ(tokenizer->eot_token(), 258);
  EXPECT_TRUE(tokenizer->is_special(258));
}

TEST_F(FromPath, ReadsAPairOfFiles) {
  write("vocab.json", vocabulary_with({"he"}));
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

TEST_F(FromPath, NamesAFileOfAnotherKind) {
  const char* pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
  for (const char* name : {"tokenizer.json", "tokenizer.model", "tokenizer.bin", "merges.txt"}) {
    EXPECT_THAT(refusal(write(name, pointer)),
                AllOf(HasSubstr(name), HasSubstr("git-lfs pointer"), HasSubstr("git lfs pull")));
  }
  write("vocab.json", R"({"a": 0})");
  EXPECT_THAT(refusal(folder_ / "vocab.json"),
              AllOf(HasSubstr("merges.txt"), HasSubstr("git-lfs pointer")));
  TokenizerConfig config;
  config.backend = "tiktoken";
  config.file = write("cl100k_base.tiktoken", pointer).string();
  EXPECT_THAT(error_of([&] { make_tokenizer(config); }), HasSubstr("git-lfs pointer"));
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

/// Llama 2's model with the tokens of a chat beside it; the ids are those of transformers 5.23.
TEST_F(FromPath, ReadsWhatStandsBesideASentencePieceModel) {
  SKIP_WITHOUT_SHARED_DATA();
  std::filesystem::copy_file(Path(TWOFOLD_SHARED_DATA_DIR) / "tokenizers/llama2/tokenizer.model",
                             folder_ / "tokenizer.model");
  write("added_tokens.json", R"({"<|im_end|>": 32000, "<|im_start|>": 32001})");
  const std::string text = "<|im_start|>user\nhi<|im_end|>";
  auto tokenizer = tokenizer_from_path(folder_);
  EXPECT_EQ(tokenizer->with_special(tokenizer->encode(text)),
            (Ids{1, 32001, 1792, 13, 2918, 32000}));
  EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), text);
  EXPECT_EQ(tokenizer->encode_ordinary("a<|im_end|> b"), (Ids{263, 32000, 289}));
  EXPECT_EQ(tokenizer->eot_token(), 2);
  write("tokenizer_config.json", R"({"eos_token": "<|im_end|>", "add_bos_token": false,
                                     "add_eos_token": true, "legacy": true})");
  tokenizer = tokenizer_from_path(folder_);
  EXPECT_EQ(tokenizer->with_special(tokenizer->encode("<|im_start|>user")),
            (Ids{32001, 1404, 32000}));
  EXPECT_EQ(tokenizer->eot_token(), 32000);
  EXPECT_EQ(tokenizer->encode("<s>hi"), (Ids{1, 7251}));
  EXPECT_EQ(tokenizer->encode_ordinary("<|im_end|>"),
            (Ids{529, 29989, 326, 29918, 355, 29989, 29958}));
  write("tokenizer_config.json", R"({"add_prefix_space": false})");
  EXPECT_EQ(tokenizer_from_path(folder_)->encode("hello"), Ids{12199});
}

TEST_F(FromPath, ReadsWhatEndsADocumentBesideQwensFiles) {
  SKIP_WITHOUT_SHARED_DATA();
  for (const char* name : {"vocab.json", "merges.txt"}) {
    std::filesystem::copy_file(Path(TWOFOLD_SHARED_DATA_DIR) / "tokenizers/qwen2" / name,
                               folder_ / name);
  }
  EXPECT_EQ(tokenizer_from_path(folder_)->eot_token(), 151643);
  write("special_tokens_map.json", R"({"eos_token": "<|im_end|>"})");
  EXPECT_EQ(tokenizer_from_path(folder_)->eot_token(), 151645);
  EXPECT_EQ(tokenizer_from_path(folder_)->encode("<|im_start|>"), Ids{151644});
}

TEST_F(FromPath, ReadsWhatStandsBesideARankFile) {
  SKIP_WITHOUT_SHARED_DATA();
  std::filesystem::copy_file(Path(TWOFOLD_SHARED_DATA_DIR) / "tokenizers/llama3/tokenizer.model",
                             folder_ / "tokenizer.model");
  write("tokenizer_config.json",
        R"({"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>", "add_bos_token": true,
            "pad_token": "<pad>"})");
  const auto tokenizer = tokenizer_from_path(folder_);
  EXPECT_EQ(tokenizer->eot_token(), 128009);
  EXPECT_EQ(tokenizer->with_special({5}), (Ids{128000, 5}));
  EXPECT_EQ(tokenizer->encode("Hello<|eot_id|><pad>"), (Ids{9906, 128009, 128256}));
  EXPECT_EQ(tokenizer->decode(Ids{9906, 128256}), "Hello<pad>");
}

}  // namespace
}  // namespace twofold
