#include "formats/file_kind.h"

#include <gmock/gmock.h>

#include "file_fixture.h"

namespace twofold::formats {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kPointer =
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

std::string kind_of(const std::string& bytes) {
  const FileKind* kind = kind_of_bytes(bytes);
  return kind ? std::string(kind->name) : "";
}

class FileKindTest : public FileTest {};

TEST(FileKind, IsToldByTheFirstBytes) {
  const std::pair<std::string, const char*> kinds[] = {
      {kPointer, "git-lfs"},
      {"/annex/objects/SHA256E-s1--0.txt\n", "git-annex"},
      {"\xFF\xFEh\0i\0"s, "UTF-16"},
      {"\xFE\xFF\0h\0i"s, "UTF-16"},
      {"\xFF\xFE\0\0h\0\0\0"s, "UTF-32"},
      {"\0\0\xFE\xFF\0\0\0h"s, "UTF-32"},
      {"\x1F\x8B\x08\x00"s, "gzip"},
      {"\x28\xB5\x2F\xFD$"s, "zstd"},
      {"\xFD\x37zXZ\0\0"s, "xz"},
      {"BZh91AY&SY\x01\x02"s, "bzip2"},
      {"PK\x03\x04"s, "zip"},
      {"PAR1\x15\x04"s, "Parquet"},
      {"ARROW1\0\0"s, "Arrow"},
      {"\xFF\xFF\xFF\xFF\x28\x01\0\0\x10\0\0\0\0\0\x0A\0\x0E\0\x06\0"s, "Arrow"},
      {"GGUF\x03\0\0\0"s, "GGUF"},
      {"\x08\0\0\0\0\0\0\0{\"a\":{}}"s, "safetensors"},
      {"\x80\x02}q"s, "pickle"},
      {"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n\x01"s, "PDF"},
      {"<!DOCTYPE html>\n", "HTML"},
      {"<HTML lang=\"en\">", "HTML"},
      {"notes.txt"s + std::string(248, '\0') + "ustar\0"s, "tar"},
  };
  for (const auto& [bytes, fragment] : kinds) {
    EXPECT_THAT(kind_of(bytes), HasSubstr(fragment)) << bytes;
    EXPECT_THAT(kind_of(bytes + std::string(2000, 'x')), HasSubstr(fragment)) << bytes;
  }
}

TEST(FileKind, TextIsNoneWhateverItBeginsWith) {
  std::string long_text;
  while (long_text.size() <= kKindBytes) long_text += "日本語";
  for (const std::string& text : std::vector<std::string>{
           "", "plain", "GGUF is a format of llama.cpp's", "PAR1, the magic of Parquet", "ORCs",
           "%PDF-1.4 begins such a file", "\xEF\xBB\xBFmarked", "\x1B[1mbold\x1B[0m",
           "{\"text\": 1}", "12345678{\"a\"", "a version https://git-lfs.github.com/spec/v1",
           long_text, "x" + long_text, "xy" + long_text}) {
    EXPECT_EQ(kind_of(text), "") << text;
  }
}

TEST(FileKind, OnlyAPageMayBeMeantAsText) {
  EXPECT_TRUE(kind_of_bytes("<html>")->is_also_text);
  EXPECT_FALSE(kind_of_bytes(kPointer)->is_also_text);
}

TEST_F(FileKindTest, AFileThatCannotBeReadHasNone) {
  EXPECT_THAT(kind_of_file(put("model.safetensors", kPointer))->hint, HasSubstr("git lfs pull"));
  EXPECT_EQ(kind_of_file(put("short", "x")), nullptr);
  EXPECT_EQ(kind_of_file(folder_ / "nothing"), nullptr);
  EXPECT_EQ(kind_of_file(folder_), nullptr);
}

TEST(FileKind, IsNamedWhereSomethingElseBelongs) {
  EXPECT_NO_THROW(refuse_known_kind("text", "a.txt", "text"));
  EXPECT_THAT(error_of([] { refuse_known_kind(kPointer, "a/tokenizer.model", "a tokenizer"); }),
              AllOf(HasSubstr("a/tokenizer.model"), HasSubstr("a tokenizer"),
                    HasSubstr("a git-lfs pointer"), HasSubstr("git lfs pull")));
}

}  // namespace
}  // namespace twofold::formats
