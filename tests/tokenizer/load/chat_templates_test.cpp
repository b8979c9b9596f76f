#include "tokenizer/load/chat_templates.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace twofold {
namespace {

TEST(ChatTemplates, AreFoundWhereverAFolderHasThem) {
  const std::string list =
      R"({"chat_template": [{"name": "default", "template": "d"}, {"name": "tool_use", "template": "t"}]})";
  EXPECT_EQ(chat_templates({{"tokenizer_config.json", R"({"chat_template": "one"})"}}),
            (ChatTemplates{{"default", "one"}}));
  EXPECT_EQ(chat_templates({{"tokenizer_config.json", list}}),
            (ChatTemplates{{"default", "d"}, {"tool_use", "t"}}));
  EXPECT_EQ(chat_templates({{"chat_template.json", R"({"chat_template": "old"})"}}),
            (ChatTemplates{{"default", "old"}}));
  EXPECT_EQ(chat_templates({{"chat_template.jinja", "new"},
                            {"additional_chat_templates/rag.jinja", "r"},
                            {"additional_chat_templates/note.txt", "no template"}}),
            (ChatTemplates{{"default", "new"}, {"rag", "r"}}));
  EXPECT_TRUE(chat_templates({{"tokenizer_config.json", R"({"chat_template": null})"}}).empty());
  EXPECT_TRUE(chat_templates({}).empty());
}

/// As transformers 5 has it: files of templates count before tokenizer_config.json.
TEST(ChatTemplates, TheFileOfItsOwnComesFirst) {
  const FileTexts files = {{"chat_template.jinja", "file"},
                           {"chat_template.json", R"({"chat_template": "processor"})"},
                           {"tokenizer_config.json", R"({"chat_template": "config"})"}};
  EXPECT_EQ(chat_templates(files), (ChatTemplates{{"default", "file"}}));
}

TEST(ChatTemplates, WhatIsNoTemplateIsNamed) {
  for (const char* field :
       {"3", "[1]", R"([{"name": "a"}])", R"([{"name": 1, "template": "t"}])"}) {
    try {
      chat_templates(
          {{"tokenizer_config.json", std::string("{\"chat_template\": ") + field + "}"}});
      ADD_FAILURE() << field;
    } catch (const Error& error) {
      EXPECT_EQ(error.problems().front().where, "tokenizer_config.json: chat_template") << field;
    }
  }
}

TEST(ChatTemplates, BecomeFilesThatGiveThemBack) {
  const ChatTemplates all = {{"default", "d"}, {"tool_use", "t"}};
  EXPECT_EQ(chat_templates(template_files(all)), all);
  // A name is no path.
  EXPECT_TRUE(template_files({{"../x", "t"}}).contains("additional_chat_templates/.._x.jinja"));
}

}  // namespace
}  // namespace twofold
