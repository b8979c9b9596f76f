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
  std::vector<std::string> read(const std::string& source, DocumentFormat format) const {
    const Documents documents(root_ / source, format, "text");
    std::vector<std::string> texts;
    Documents::Cursor cursor;
    for (Document document; documents.next(cursor, document);)
      texts.push_back(documents.text(document));
    EXPECT_EQ(documents.bytes_before(cursor), documents.bytes());
    return texts;
  }
};

TEST_F(DocumentsTest, TextIsAWholeFile) {
  put("a.txt", "one\n\ntwo\n");
  EXPECT_THAT(read("a.txt", DocumentFormat::kText), ElementsAre("one\n\ntwo\n"));
}

TEST_F(DocumentsTest, LinesAreThoseThatAreNotBlank) {
  put("a.txt", "one\r\n\n  \t\ntwo \nthree");
  EXPECT_THAT(read("a.txt", DocumentFormat::kLines), ElementsAre("one", "two ", "three"));
}

TEST_F(DocumentsTest, ParagraphsEndAtBlankLines) {
  put("a.txt", "\n\none\n two\n\n \t\nthree\r\n\r\nfour");
  EXPECT_THAT(read("a.txt", DocumentFormat::kParagraphs),
              ElementsAre("one\n two", "three", "four"));
}

TEST_F(DocumentsTest, JsonlTakesTheTextUnderTheKey) {
  put("a.jsonl", "{\"text\": \"a\\nb\", \"id\": 1}\n\n{\"text\": \"\"}\n");
  EXPECT_THAT(read("a.jsonl", DocumentFormat::kJsonl), ElementsAre("a\nb", ""));
}

TEST_F(DocumentsTest, AByteOrderMarkIsNoText) {
  put("a.txt", "\xEF\xBB\xBFone\ntwo");
  EXPECT_THAT(read("a.txt", DocumentFormat::kText), ElementsAre("one\ntwo"));
  EXPECT_THAT(read("a.txt", DocumentFormat::kLines), ElementsAre("one", "two"));
  EXPECT_THAT(read("a.txt", DocumentFormat::kParagraphs), ElementsAre("one\ntwo"));
  put("a.jsonl", "\xEF\xBB\xBF{\"text\": \"a\"}\n");
  EXPECT_THAT(read("a.jsonl", DocumentFormat::kJsonl), ElementsAre("a"));
  put("a.txt", "\xEF\xBB\xBF\n");
  EXPECT_THAT(error_of([&] { read("a.txt", DocumentFormat::kText); }), HasSubstr("no text"));
}

TEST_F(DocumentsTest, TextThatIsNotUtf8IsNamedByFileLineAndByte) {
  put("a.txt", "\xEF\xBB\xBFone\n\ncaf\xE9\n");
  for (const auto format :
       {DocumentFormat::kText, DocumentFormat::kLines, DocumentFormat::kParagraphs}) {
    EXPECT_THAT(error_of([&] { read("a.txt", format); }),
                AllOf(HasSubstr("a.txt:3 (byte 11)"), HasSubstr("0xe9")));
  }
  put("a.jsonl", "{\"text\": \"a\"}\n{\"text\": \"\xE9\"}\n");
  EXPECT_THAT(error_of([&] { read("a.jsonl", DocumentFormat::kJsonl); }),
              AllOf(HasSubstr("a.jsonl:2 (byte 24)"), HasSubstr("0xe9")));
}

TEST_F(DocumentsTest, ACursorContinuesWhereItWas) {
  put("f/a.txt", "1\n\n2\n\n");
  put("f/b.txt", "3\n4");
  for (const auto format : {DocumentFormat::kLines, DocumentFormat::kParagraphs}) {
    const auto all = read("f", format);
    const Documents documents(root_ / "f", format, "text");
    Documents::Cursor cursor;
    Document document;
    for (size_t i = 0; i < all.size(); ++i) {
      Documents::Cursor copy = cursor;
      const Documents again(root_ / "f", format, "text");
      ASSERT_TRUE(again.next(copy, document));
      EXPECT_EQ(again.text(document), all[i]);
      documents.next(cursor, document);
    }
  }
}

TEST_F(DocumentsTest, InvalidJsonIsNamedByFileAndLine) {
  put("a.jsonl", "{\"text\": \"a\"}\n\n{\"text\": \"b\"\n");
  EXPECT_THAT(error_of([&] { read("a.jsonl", DocumentFormat::kJsonl); }),
              AllOf(HasSubstr("a.jsonl:3"), HasSubstr("JSON")));
}

TEST_F(DocumentsTest, ALineWithoutTheTextIsNamedWithWhatItHas) {
  const auto error_in = [&](const std::string& line) {
    put("a.jsonl", line + "\n");
    return error_of([&] { read("a.jsonl", DocumentFormat::kJsonl); });
  };
  EXPECT_THAT(error_in(R"({"question": "q", "answer": "a", "id": 5})"),
              AllOf(HasSubstr("a.jsonl:1"), HasSubstr("`text`"),
                    HasSubstr("set data/text_key to one of: answer, question")));
  EXPECT_THAT(error_in(R"({"text": 5, "question": "q"})"),
              AllOf(HasSubstr("`text`: 5"), HasSubstr("data/text_key to one of: question")));
  for (const char* line : {R"({"text": null})", R"({"text": null, "id": 1})"}) {
    EXPECT_THAT(error_in(line), AllOf(HasSubstr("`text`: null"), HasSubstr("correct the line"),
                                      Not(HasSubstr("data/text_key"))));
  }
  EXPECT_THAT(error_in("[1]"), HasSubstr("a.jsonl:1"));
}

TEST_F(DocumentsTest, AnArrayOverSeveralLinesIsCalledThat) {
  put("a.json", "[\n  {\"text\": \"a\"},\n  {\"text\": \"b\"}\n]\n");
  EXPECT_THAT(error_of([&] { read("a.json", DocumentFormat::kJsonl); }),
              AllOf(HasSubstr("a.json:1"), HasSubstr("array"), HasSubstr("jq -c '.[]'")));
}

TEST_F(DocumentsTest, RefusesASourceThatIsMissingOrEmpty) {
  put("blank.txt", " \n\n\t\n");
  std::filesystem::create_directories(root_ / "empty");
  for (const auto format : {DocumentFormat::kText, DocumentFormat::kLines,
                            DocumentFormat::kParagraphs, DocumentFormat::kJsonl}) {
    EXPECT_THAT(error_of([&] { read("blank.txt", format); }), HasSubstr("no text"));
    EXPECT_THAT(error_of([&] { read("empty", format); }), HasSubstr("no text"));
    EXPECT_THAT(error_of([&] { read("missing.txt", format); }), HasSubstr("missing.txt"));
  }
}

}  // namespace
}  // namespace twofold
