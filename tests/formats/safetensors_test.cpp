#include "formats/safetensors.h"

#include <gmock/gmock.h>

#include <cstring>

#include "file_fixture.h"

namespace twofold::formats {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Safetensors : public FileTest {
 protected:
  std::string error_in(const std::string& bytes) const {
    const Path path = put("x.safetensors", bytes);
    const std::string error = error_of([&] { SafetensorsFile file(path); });
    if (!error.empty()) {
      EXPECT_THAT(error, HasSubstr("x.safetensors"));
    }
    return error;
  }

  /// The error of a file with one entry `t`, given as JSON.
  std::string entry_error(const std::string& entry, size_t data_bytes = 4) const {
    const std::string error = error_in(safetensors("{\"t\":" + entry + "}", data_bytes));
    if (!error.empty()) {
      EXPECT_THAT(error, AllOf(HasSubstr("`t`"), HasSubstr("byte ")));
    }
    return error;
  }

  std::string written(std::vector<TensorToWrite> tensors,
                      const std::map<std::string, std::string>& metadata = {}) const {
    const Path path = folder_ / "written.safetensors";
    write_safetensors(path, std::move(tensors), metadata);
    return read_text(path);
  }
};

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// ── the writer: golden vectors of the reference crate's tests
// ─────────────────────────────────────

TEST_F(Safetensors, WritesAnEmptyFileAsTheReferenceDoes) {
  EXPECT_EQ(written({}), safetensors("{}      "));
}

TEST_F(Safetensors, WritesMetadataAsTheReferenceDoes) {
  const std::string header = R"({"__metadata__":{"framework":"pt"}}     )";
  ASSERT_EQ(header.size(), 40u);
  EXPECT_EQ(written({}, {{"framework", "pt"}}), safetensors(header));
}

TEST_F(Safetensors, WritesOneTensorAsTheReferenceDoes) {
  std::string data(24, '\0');
  for (int i = 0; i < 6; ++i) {
    const float value = static_cast<float>(i);
    std::memcpy(&data[4 * i], &value, 4);
  }
  const std::string header = R"({"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}})";
  ASSERT_EQ(header.size(), 64u);
  EXPECT_EQ(written({{"attn.0", DType::kF32, {1, 2, 3}, bytes_of(data)}}),
            safetensors(header) + data);
}

TEST_F(Safetensors, PadsTheHeaderWithSpaces) {
  const std::string data(24, '\1');
  const std::string file = written({{"attn0", DType::kF32, {1, 1, 2, 3}, bytes_of(data)}});
  const std::string header = R"({"attn0":{"dtype":"F32","shape":[1,1,2,3],"data_offsets":[0,24]}})";
  EXPECT_EQ(file, safetensors(header + std::string(72 - header.size(), ' ')) + data);
}

TEST_F(Safetensors, LaysTensorsOutByDtypeThenName) {
  const std::string b1(1, '1'), b2(2, '2'), b4(4, '4'), b8(8, '8');
  const Path path = folder_ / "order.safetensors";
  write_safetensors(path,
                    {{"bool", DType::kBool, {1}, bytes_of(b1)},
                     {"b_f32", DType::kF32, {1}, bytes_of(b4)},
                     {"u8", DType::kU8, {1}, bytes_of(b1)},
                     {"i32", DType::kI32, {1}, bytes_of(b4)},
                     {"f64", DType::kF64, {1}, bytes_of(b8)},
                     {"i16", DType::kI16, {1}, bytes_of(b2)},
                     {"i8", DType::kI8, {1}, bytes_of(b1)},
                     {"bf16", DType::kBF16, {1}, bytes_of(b2)},
                     {"a_f32", DType::kF32, {1}, bytes_of(b4)},
                     {"f16", DType::kF16, {1}, bytes_of(b2)},
                     {"i64", DType::kI64, {1}, bytes_of(b8)}},
                    {});
  std::vector<std::string> names;
  const SafetensorsFile file(path);
  for (const TensorEntry& entry : file.tensors()) names.push_back(entry.name);
  EXPECT_THAT(names, testing::ElementsAre("i64", "f64", "a_f32", "b_f32", "i32", "bf16", "f16",
                                          "i16", "i8", "u8", "bool"));
}

TEST_F(Safetensors, ReadsBackWhatItWrote) {
  const std::string f32(24, 'f'), bf16(6, 'b'), one("s"), none;
  const Path path = folder_ / "round.safetensors";
  write_safetensors(path,
                    {{"z/\"\\\n\x01é", DType::kBF16, {3}, bytes_of(bf16)},
                     {"empty", DType::kF32, {2, 0}, bytes_of(none)},
                     {"a", DType::kF32, {2, 3}, bytes_of(f32)},
                     {"scalar", DType::kU8, {}, bytes_of(one)}},
                    {{"format", "pt"}, {"other", "\t"}});
  const SafetensorsFile file(path);
  EXPECT_EQ(file.metadata(),
            (std::map<std::string, std::string>{{"format", "pt"}, {"other", "\t"}}));
  ASSERT_EQ(file.tensors().size(), 4u);
  const TensorEntry* a = file.find("a");
  ASSERT_TRUE(a);
  EXPECT_EQ(a->shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(std::memcmp(file.bytes(*a).data(), f32.data(), 24), 0);
  const TensorEntry* z = file.find("z/\"\\\n\x01é");
  ASSERT_TRUE(z);
  EXPECT_EQ(z->dtype, DType::kBF16);
  EXPECT_EQ(std::memcmp(file.bytes(*z).data(), bf16.data(), 6), 0);
  EXPECT_TRUE(file.bytes(*file.find("empty")).empty());
  EXPECT_TRUE(file.find("scalar")->shape.empty());
  EXPECT_EQ(file.find("absent"), nullptr);
}

TEST_F(Safetensors, RefusesToWriteAHeaderAboveTheCap) {
  const std::string large(kMaxHeaderBytes, 'x');
  EXPECT_THAT(error_of([&] { written({}, {{"k", large}}); }), HasSubstr("too large"));
}

TEST_F(Safetensors, RefusesToWriteTextThatIsNotUtf8) {
  EXPECT_THAT(error_of([&] { written({}, {{"k", "\xff"}}); }), HasSubstr("UTF-8"));
}

TEST_F(Safetensors, TakesImpossibleTensorsForABug) {
  const std::string data(4, '\0');
  const TensorToWrite good{"a", DType::kF32, {1}, bytes_of(data)};
  EXPECT_THROW(written({good, good}), Bug);
  EXPECT_THROW(written({{"a", DType::kF32, {2}, bytes_of(data)}}), Bug);
  EXPECT_THROW(written({{"__metadata__", DType::kF32, {1}, bytes_of(data)}}), Bug);
}

// ── the reader: what is accepted
// ──────────────────────────────────────────────────────────────────

constexpr const char* kGood = R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})";

TEST_F(Safetensors, AcceptsAGoodEntry) { EXPECT_EQ(entry_error(kGood), ""); }

TEST_F(Safetensors, AcceptsWhiteSpaceAroundAnUnalignedHeader) {
  EXPECT_EQ(error_in(safetensors(std::string(" \t\r\n{\"t\":") + kGood + "} \n", 4)), "");
}

TEST_F(Safetensors, IgnoresUnknownFieldsOfAnEntry) {
  EXPECT_EQ(entry_error(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":{}})"), "");
}

TEST_F(Safetensors, AcceptsEmptyTensorsBetweenOthers) {
  EXPECT_EQ(error_in(safetensors(R"({"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},)"
                                 R"("e":{"dtype":"F32","shape":[0,9],"data_offsets":[4,4]},)"
                                 R"("a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})",
                                 6)),
            "");
}

TEST_F(Safetensors, ReadsTheTestModels) {
  const Path models = TWOFOLD_TEST_MODELS_DIR;
  size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(models)) {
    if (entry.path().extension() != ".safetensors") continue;
    const SafetensorsFile file(entry.path());
    EXPECT_FALSE(file.tensors().empty()) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 7u);
}

TEST_F(Safetensors, RewritesAFileOfTransformersByteForByte) {
  const Path path = Path(TWOFOLD_TEST_MODELS_DIR) / "bible-656k/model.safetensors";
  const SafetensorsFile file(path);
  std::vector<TensorToWrite> tensors;
  for (const TensorEntry& t : file.tensors()) {
    tensors.insert(tensors.begin(), {t.name, t.dtype, t.shape, file.bytes(t)});
  }
  EXPECT_TRUE(written(tensors, file.metadata()) == read_text(path)) << "the bytes differ";
}

// ── the reader: every rule of the format, broken
// ──────────────────────────────────────────────────

TEST_F(Safetensors, RefusesAFileShorterThanItsLengthField) {
  EXPECT_THAT(error_in(""), HasSubstr("too short"));
  EXPECT_THAT(error_in("1234567"), HasSubstr("too short"));
}

TEST_F(Safetensors, RefusesAHugeHeaderBeforeReadingIt) {
  EXPECT_THAT(error_in(std::string(8, '\xff')), HasSubstr("too large"));
  const uint64_t length = kMaxHeaderBytes + 1;
  EXPECT_THAT(error_in(std::string(reinterpret_cast<const char*>(&length), 8)),
              HasSubstr("too large"));
}

TEST_F(Safetensors, RefusesAHeaderBeyondTheEndOfTheFile) {
  std::string file = safetensors("{}");
  file.pop_back();
  EXPECT_THAT(error_in(file), HasSubstr("beyond the end"));
}

TEST_F(Safetensors, RefusesAHeaderThatIsNotUtf8) {
  EXPECT_THAT(error_in(safetensors("{\"\xff\":1}")), HasSubstr("not valid JSON"));
}

TEST_F(Safetensors, RefusesAHeaderThatIsNotOneJsonObject) {
  for (const std::string header : {"", "   ", "[]", "1", "null", "\"{}\"", "\xEF\xBB\xBF{}"}) {
    EXPECT_THAT(error_in(safetensors(header)), HasSubstr("not a JSON object")) << header;
  }
  for (const std::string& header : {std::string("{"), std::string("{}}"), std::string("{} x"),
                                    std::string("{\"a\"}"), std::string("{}\0\0", 4)}) {
    EXPECT_THAT(error_in(safetensors(header)), HasSubstr("not valid JSON")) << header;
  }
}

TEST_F(Safetensors, RefusesDeepNesting) {
  EXPECT_THAT(error_in(safetensors("{\"a\":" + std::string(100'000, '['))),
              HasSubstr("nested too deeply"));
}

TEST_F(Safetensors, RefusesMetadataThatIsNotTexts) {
  for (const char* value : {"1", "[]", R"({"a":1})", R"({"a":null})", R"({"a":{}})"}) {
    EXPECT_THAT(error_in(safetensors(std::string("{\"__metadata__\":") + value + "}")),
                HasSubstr("metadata"))
        << value;
  }
}

TEST_F(Safetensors, NamesAFileOfAnotherKind) {
  const std::vector<std::pair<std::string, const char*>> cases = {
      {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n", "git lfs pull"},
      {std::string("\x1F\x8B\x08\0\0\0\0\0\0\x03 packed", 17),
       "gzip"},  // a small length, if it were one
      {std::string("PK\x03\x04\x14\0\0\0\x08\0 packed", 17), "zip"},
      {"<!DOCTYPE html><html>sign in</html>", "web page"},
      {std::string("GGUF\x03\0\0\0\0\0\0\0\0\0\0\0", 16), "GGUF"}};
  for (const auto& [bytes, named] : cases) {
    EXPECT_THAT(error_in(bytes), HasSubstr(named)) << bytes;
  }
  EXPECT_THAT(error_in(safetensors("{}").substr(0, 9)),
              HasSubstr("beyond the end"));  // its own kind
}

TEST_F(Safetensors, ReadsMetadataThatIsNullAsNone) {  // as the library does
  const std::string header = std::string("{\"__metadata__\":null,\"t\":") + kGood + "}";
  const SafetensorsFile file(put("x", safetensors(header, 4)));
  EXPECT_TRUE(file.metadata().empty());
  EXPECT_EQ(file.tensors().size(), 1u);
}

TEST_F(Safetensors, RefusesDuplicateKeys) {
  const std::string entry = std::string("\"t\":") + kGood;
  EXPECT_THAT(error_in(safetensors("{" + entry + "," + entry + "}", 4)), HasSubstr("twice"));
  EXPECT_THAT(error_in(safetensors(R"({"__metadata__":{},"__metadata__":{}})")),
              HasSubstr("twice"));
  EXPECT_THAT(error_in(safetensors(R"({"t":{"dtype":"F32","dtype":"F32"}})")), HasSubstr("twice"));
  EXPECT_THAT(error_in(safetensors(R"({"__metadata__":{"a":"1","a":"2"}})")), HasSubstr("twice"));
}

TEST_F(Safetensors, RefusesIncompleteEntries) {
  EXPECT_THAT(entry_error("1"), HasSubstr("not an object"));
  EXPECT_THAT(entry_error(R"({"shape":[1],"data_offsets":[0,4]})"), HasSubstr("has no dtype"));
  EXPECT_THAT(entry_error(R"({"dtype":"F32","data_offsets":[0,4]})"), HasSubstr("has no shape"));
  EXPECT_THAT(entry_error(R"({"dtype":"F32","shape":[1]})"), HasSubstr("has no data_offsets"));
}

TEST_F(Safetensors, RefusesUnknownAndUnsupportedDtypes) {
  for (const char* name : {"f32", "F33", "", "FLOAT"}) {
    EXPECT_THAT(
        entry_error(std::string(R"({"shape":[1],"data_offsets":[0,4],"dtype":")") + name + "\"}"),
        HasSubstr("dtype is unknown"))
        << name;
  }
  for (const char* name : {"F8_E4M3", "F4", "U32", "C64"}) {
    EXPECT_THAT(
        entry_error(std::string(R"({"shape":[1],"data_offsets":[0,4],"dtype":")") + name + "\"}"),
        AllOf(HasSubstr("not supported"), HasSubstr("BF16"), HasSubstr(name)));
  }
  EXPECT_THAT(entry_error(R"({"shape":[1],"data_offsets":[0,4],"dtype":7})"),
              HasSubstr("not a text"));
}

TEST_F(Safetensors, RefusesNumbersThatAreNotCounts) {
  for (const char* number :
       {"-1", "-0", "1.0", "1e0", "18446744073709551616", "\"1\"", "null", "[1]"}) {
    const std::string n = number;
    EXPECT_THAT(entry_error(R"({"dtype":"F32","shape":[)" + n + R"(],"data_offsets":[0,4]})"),
                HasSubstr("shape holds"))
        << n;
    EXPECT_THAT(entry_error(R"({"dtype":"F32","shape":[1],"data_offsets":[0,)" + n + "]}"),
                HasSubstr("data_offsets holds"))
        << n;
  }
}

TEST_F(Safetensors, RefusesListsOfTheWrongKindOrLength) {
  EXPECT_THAT(entry_error(R"({"dtype":"F32","shape":1,"data_offsets":[0,4]})"),
              HasSubstr("not a list"));
  EXPECT_THAT(entry_error(R"({"dtype":"F32","shape":[1],"data_offsets":4})"),
              HasSubstr("not a list"));
  for (const char* offsets : {"[]", "[4]", "[0,4,4]"}) {
    EXPECT_THAT(
        entry_error(std::string(R"({"dtype":"F32","shape":[1],"data_offsets":)") + offsets + "}"),
        HasSubstr("not a pair"));
  }
}

TEST_F(Safetensors, RefusesOffsetsThatEndBeforeTheyBegin) {
  EXPECT_THAT(entry_error(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})"),
              HasSubstr("end before they begin"));
}

TEST_F(Safetensors, RefusesSizesThatOverflow) {
  for (const char* shape : {"[4294967296,4294967296]", "[9223372036854775808]",
                            "[4611686018427387904]", "[18446744073709551615,2]"}) {
    EXPECT_THAT(
        entry_error(std::string(R"({"dtype":"F32","data_offsets":[0,4],"shape":)") + shape + "}"),
        HasSubstr("overflows"))
        << shape;
  }
}

TEST_F(Safetensors, RefusesBytesThatDoNotMatchTheShape) {
  EXPECT_THAT(entry_error(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})"),
              AllOf(HasSubstr("do not match"), HasSubstr("8 bytes"), HasSubstr("4 bytes")));
  EXPECT_THAT(entry_error(R"({"dtype":"BF16","shape":[1],"data_offsets":[0,4]})"),
              HasSubstr("do not match"));
}

TEST_F(Safetensors, RefusesHoles) {
  EXPECT_THAT(entry_error(R"({"dtype":"F32","shape":[1],"data_offsets":[4,8]})", 8),
              HasSubstr("hole"));
  EXPECT_THAT(error_in(safetensors(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                                   R"("b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
                                   3)),
              AllOf(HasSubstr("hole"), HasSubstr("`b`")));
}

TEST_F(Safetensors, RefusesOverlaps) {
  EXPECT_THAT(error_in(safetensors(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                                   R"("b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                                   3)),
              AllOf(HasSubstr("overlap"), HasSubstr("`b`")));
  EXPECT_THAT(error_in(safetensors(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                                   R"("b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})",
                                   2)),
              HasSubstr("overlap"));
}

TEST_F(Safetensors, RefusesTruncatedFiles) {
  EXPECT_THAT(entry_error(kGood, 3), HasSubstr("truncated"));
  EXPECT_THAT(entry_error(kGood, 0), HasSubstr("truncated"));
  EXPECT_THAT(
      entry_error(
          R"({"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]})"),
      HasSubstr("truncated"));
}

TEST_F(Safetensors, RefusesBytesAfterTheLastTensor) {
  EXPECT_THAT(error_in(safetensors(std::string("{\"t\":") + kGood + "}", 5)),
              HasSubstr("after the last tensor"));
  EXPECT_THAT(error_in(safetensors("{}", 1)), HasSubstr("after the last tensor"));
}

TEST_F(Safetensors, RefusesAnyTruncationOfAGoodFile) {
  const std::string data(24, 'd');
  const std::string whole = written({{"a", DType::kF32, {6}, bytes_of(data)}}, {{"format", "pt"}});
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(error_in(whole.substr(0, length)), "") << length;
  }
}

}  // namespace
}  // namespace twofold::formats
