#include "chat/template_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace twofold::chat {
namespace {

class TemplateFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("twofold_templates_" + std::to_string(getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_ / "additional_chat_templates");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void put(const char* name, std::string_view text) { write_atomic(folder_ / name, text); }

  /// "name=text name=text"
  std::string found() const {
    std::string all;
    for (const NamedTemplate& one : read_templates(folder_)) all += one.name + "=" + one.text + " ";
    return all;
  }

  Path folder_;
};

TEST_F(TemplateFiles, ComeFromTheFirstPlaceThatHasThem) {
  EXPECT_THROW(found(), Error);
  put("chat_template.json", R"({"chat_template": "c"})");
  EXPECT_EQ(found(), "default=c ");
  put("tokenizer_config.json", R"({"chat_template": "t"})");
  EXPECT_EQ(found(), "default=t ");
  put("tokenizer_config.json",
      R"({"chat_template": [{"name": "default", "template": "d"}, {"name": "rag", "template": "r"}]})");
  EXPECT_EQ(found(), "default=d rag=r ");
  put("chat_template.jinja", "j");
  EXPECT_EQ(found(), "default=j ");
  put("additional_chat_templates/tool_use.jinja", "u");
  EXPECT_EQ(found(), "default=j tool_use=u ");
}

TEST_F(TemplateFiles, MayBeFiles) {
  put("x.jinja", "x");
  EXPECT_EQ(read_templates(folder_ / "x.jinja").front().text, "x");
  put("x.json", R"({"chat_template": "y"})");
  EXPECT_EQ(read_templates(folder_ / "x.json").front().text, "y");
  EXPECT_THROW(read_templates(folder_ / "none.jinja"), Error);
}

TEST_F(TemplateFiles, OfTheWrongTypeAreRefused) {
  for (const char* text : {R"({"chat_template": 1})", R"({"chat_template": [1]})",
                           R"({"chat_template": [{"name": "a"}]})"}) {
    put("tokenizer_config.json", text);
    EXPECT_THROW(found(), Error) << text;
  }
}

TEST_F(TemplateFiles, NameSpecialTokens) {
  put("special_tokens_map.json", R"({"bos_token": "no", "pad_token": {"content": "<pad>"}})");
  put("tokenizer_config.json",
      R"({"bos_token": "<s>", "eos_token": {"content": "</s>"}, "unk_token": null, "x": "y"})");
  EXPECT_EQ(special_tokens_of(read_chat_files(folder_), folder_).dump(),
            R"({"bos_token":"<s>","eos_token":"</s>","pad_token":"<pad>"})");
}

}  // namespace
}  // namespace twofold::chat
