#include "data/tokenize/documents.h"

#include "data/data_fixture.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class DocumentsTest : public DataTest {
 protected:
  Documents open(const std::string& source, records::Format format) const {
    return Documents({.source = (root_ / source).string(), .format = format}, {});
  }
  static std::string text_of(const Documents& documents, const records::Record& record) {
    return std::get<forms::Text>(documents.example(record).content).text;
  }
  std::vector<std::string> read(const std::string& source, records::Format format) const {
    const Documents documents = open(source, format);
    std::vector<std::string> texts;
    records::Reader reader = documents.read();
    for (records::Record record; reader.next(record);) {
      texts.push_back(text_of(documents, record));
    }
    EXPECT_EQ(reader.fraction(), 1);
    return texts;
  }
};

TEST_F(DocumentsTest, TextIsAWholeFile) {
  put("a.txt", "one\n\ntwo\n");
  EXPECT_THAT(read("a.txt", records::Format::kText), ElementsAre("one\n\ntwo\n"));
}

TEST_F(DocumentsTest, LinesAreThoseThatAreNotBlank) {
  put("a.txt", "one\r\n\n  \t\ntwo \nthree");
  EXPECT_THAT(read("a.txt", records::Format::kLines), ElementsAre("one", "two ", "three"));
}

TEST_F(DocumentsTest, ParagraphsEndAtBlankLines) {
  put("a.txt", "\n\none\n two\n\n \t\nthree\r\n\r\nfour");
  EXPECT_THAT(read("a.txt", records::Format::kParagraphs),
              ElementsAre("one\n two", "three", "four"));
}

TEST_F(DocumentsTest, JsonlTakesTheTextUnderTheKey) {
  put("a.jsonl", "{\"text\": \"a\\nb\", \"id\": 1}\n\n{\"text\": \"\"}\n");
  EXPECT_THAT(read("a.jsonl", records::Format::kJsonl), ElementsAre("a\nb", ""));
}

TEST_F(DocumentsTest, AByteOrderMarkIsNoText) {
  put("a.txt", "\xEF\xBB\xBFone\ntwo");
  EXPECT_THAT(read("a.txt", records::Format::kText), ElementsAre("one\ntwo"));
  EXPECT_THAT(read("a.txt", records::Format::kLines), ElementsAre("one", "two"));
  EXPECT_THAT(read("a.txt", records::Format::kParagraphs), ElementsAre("one\ntwo"));
  put("a.jsonl", "\xEF\xBB\xBF{\"text\": \"a\"}\n");
  EXPECT_THAT(read("a.jsonl", records::Format::kJsonl), ElementsAre("a"));
  put("a.txt", "\xEF\xBB\xBF\n");
  EXPECT_THAT(error_of([&] { read("a.txt", records::Format::kText); }), HasSubstr("no text"));
}

TEST_F(DocumentsTest, TextThatIsNotUtf8IsNamedByFileLineAndByte) {
  put("a.txt", "\xEF\xBB\xBFone\n\ncaf\xE9\n");
  for (const auto format :
       {records::Format::kText, records::Format::kLines, records::Format::kParagraphs}) {
    EXPECT_THAT(error_of([&] { read("a.txt", format); }),
                AllOf(HasSubstr("a.txt:3 (byte 11)"), HasSubstr("0xe9")));
  }
  put("a.jsonl", "{\"text\": \"a\"}\n{\"text\": \"\xE9\"}\n");
  EXPECT_THAT(error_of([&] { read("a.jsonl", records::Format::kJsonl); }),
              AllOf(HasSubstr("a.jsonl:2 (byte 24)"), HasSubstr("0xe9")));
}

TEST_F(DocumentsTest, ACursorContinuesWhereItWas) {
  put("f/a.txt", "1\n\n2\n\n");
  put("f/b.txt", "3\n4");
  for (const auto format : {records::Format::kLines, records::Format::kParagraphs}) {
    const auto all = read("f", format);
    const Documents documents = open("f", format);
    records::Reader reader = documents.read();
    records::Record record;
    for (const std::string& text : all) {
      records::Reader again = documents.read(reader.cursor());
      ASSERT_TRUE(again.next(record));
      EXPECT_EQ(text_of(documents, record), text);
      reader.next(record);
    }
  }
}

TEST_F(DocumentsTest, InvalidJsonIsNamedByFileAndLine) {
  put("a.jsonl", "{\"text\": \"a\"}\n\n{\"text\": \"b\"\n");
  EXPECT_THAT(error_of([&] { read("a.jsonl", records::Format::kJsonl); }),
              AllOf(HasSubstr("a.jsonl:3"), HasSubstr("JSON")));
}

TEST_F(DocumentsTest, ALineWithoutTheTextIsNamedWithWhatItHas) {
  const auto error_in = [&](const std::string& line) {
    put("a.jsonl", line + "\n");
    return error_of([&] { read("a.jsonl", records::Format::kJsonl); });
  };
  EXPECT_THAT(error_in(R"({"question": "q", "answer": "a", "id": 5})"),
              AllOf(HasSubstr("a.jsonl:1"), HasSubstr("`text`"),
                    HasSubstr("set data/text_key to one of: question, answer")));
  EXPECT_THAT(error_in(R"({"text": 5, "question": "q"})"),
              AllOf(HasSubstr("`text`: 5"), HasSubstr("data/text_key to one of: question")));
  for (const char* line : {R"({"text": null})", R"({"text": null, "id": 1})"}) {
    EXPECT_THAT(error_in(line), AllOf(HasSubstr("`text`: null"), HasSubstr("correct the record"),
                                      Not(HasSubstr("data/text_key"))));
  }
  EXPECT_THAT(error_in("[1]"), HasSubstr("a.jsonl:1"));
}

TEST_F(DocumentsTest, AnArrayOverSeveralLinesIsCalledThat) {
  put("a.json", "[\n  {\"text\": \"a\"},\n  {\"text\": \"b\"}\n]\n");
  EXPECT_THAT(error_of([&] { read("a.json", records::Format::kJsonl); }),
              AllOf(HasSubstr("a.json:1"), HasSubstr("array"), HasSubstr("jq -c '.[]'")));
}

TEST_F(DocumentsTest, RefusesASourceThatIsMissingOrEmpty) {
  put("blank.txt", " \n\n\t\n");
  std::filesystem::create_directories(root_ / "empty");
  for (const auto format : {records::Format::kText, records::Format::kLines,
                            records::Format::kParagraphs, records::Format::kJsonl}) {
    EXPECT_THAT(error_of([&] { read("blank.txt", format); }), HasSubstr("no text"));
    EXPECT_THAT(error_of([&] { read("empty", format); }), HasSubstr("no text"));
    EXPECT_THAT(error_of([&] { read("missing.txt", format); }), HasSubstr("missing.txt"));
  }
}

}  // namespace
}  // namespace twofold
