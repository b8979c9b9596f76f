#include "data/tokenize/documents.h"

#include "data/data_fixture.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

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

TEST_F(DocumentsTest, AFolderIsItsFilesInOrderOfName) {
  put("f/b.txt", "3\n");
  put("f/a.txt", "1\n2\n");
  put("f/.hidden", "x\n");
  put("f/empty.txt", "");
  put("f/sub/c.txt", "not taken\n");
  EXPECT_THAT(read("f", DocumentFormat::kLines), ElementsAre("1", "2", "3"));
  EXPECT_THAT(read("f", DocumentFormat::kText), ElementsAre("1\n2\n", "3\n"));
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

TEST_F(DocumentsTest, ALineWithoutTheTextIsNamedWithTheKeysThatItHas) {
  put("a.jsonl", "{\"question\": \"q\", \"text\": 5}\n");
  EXPECT_THAT(error_of([&] { read("a.jsonl", DocumentFormat::kJsonl); }),
              AllOf(HasSubstr("a.jsonl:1"), HasSubstr("`text`"), HasSubstr("question, text")));
  put("a.jsonl", "[1]\n");
  EXPECT_THAT(error_of([&] { read("a.jsonl", DocumentFormat::kJsonl); }), HasSubstr("a.jsonl:1"));
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
