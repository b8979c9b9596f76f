#include "formats/gguf.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "file_fixture.h"

namespace twofold::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A file put together byte by byte.
class Bytes {
 public:
  template <class T>
  Bytes& number(T value) {
    text_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Bytes& u32(uint32_t value) { return number(value); }
  Bytes& u64(uint64_t value) { return number(value); }
  Bytes& string(const std::string& value) {
    u64(value.size());
    return raw(value);
  }
  Bytes& raw(const std::string& value) {
    text_ += value;
    return *this;
  }
  Bytes& head(uint64_t tensors, uint64_t values, uint32_t version = 3) {
    return raw("GGUF").u32(version).u64(tensors).u64(values);
  }
  /// One row of float32, `size` long.
  Bytes& tensor(const std::string& name, uint64_t size, uint64_t offset, uint32_t type = 0) {
    return string(name).u32(1).u64(size).u32(type).u64(offset);
  }
  /// Pads to 32 and adds `size` zero bytes.
  std::string data(size_t size) const {
    std::string all = text_;
    all.append((32 - all.size() % 32) % 32, '\0');
    return all + std::string(size, '\0');
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

class Gguf : public FileTest {
 protected:
  std::string error_in(const std::string& bytes) const {
    const Path path = put("x.gguf", bytes);
    const std::string error = error_of([&] { GgufFile file(path); });
    if (!error.empty()) {
      EXPECT_THAT(error, HasSubstr("x.gguf, byte "));
    }
    return error;
  }
  void expect_refused(const Bytes& bytes, const std::string& why) const {
    EXPECT_THAT(error_in(bytes.data(64)), HasSubstr(why));
  }
};

TEST_F(Gguf, ReadsWhatItWrote) {
  const Path path = folder_ / "x.gguf";
  const GgufMetadata metadata = {
      {"general.architecture", std::string("llama")},
      {"a.u8", uint8_t{200}},
      {"a.i64", int64_t{-5}},
      {"a.bool", true},
      {"a.f64", 0.5},
      {"a.texts", GgufArray(std::vector<std::string>{"", "b"})},
      {"a.flags", GgufArray(std::vector<bool>{true, false})},
      {"a.none", GgufArray(std::vector<int32_t>{})},
  };
  GgufWriter writer(path, metadata,
                    {{"a", GgmlType::kF32, {2, 3}}, {"b", GgmlType::kQ8_0, {2, 32}}});
  const std::vector<float> a = {1, 2, 3, 4, 5, 6};
  writer.append(std::span(a).first(3));
  writer.append(std::span(a).last(3));
  std::vector<float> b(64);
  std::iota(b.begin(), b.end(), -31.5f);
  writer.append(b);
  writer.close();

  const GgufFile file(path);
  EXPECT_EQ(file.version(), 3u);
  EXPECT_EQ(file.metadata(), metadata);
  EXPECT_EQ(file.text("general.architecture"), "llama");
  EXPECT_EQ(file.text("a.u8"), "");
  ASSERT_EQ(file.tensors().size(), 2u);
  EXPECT_THAT(file.tensors()[0].shape, ElementsAre(2, 3));
  EXPECT_EQ(file.find("nothing"), nullptr);
  std::vector<float> read(6);
  decode_ggml(GgmlType::kF32, file.bytes(file.tensors()[0]), read);
  EXPECT_EQ(read, a);
  read.resize(64);
  decode_ggml(GgmlType::kQ8_0, file.bytes(*file.find("b")), read);
  for (size_t i = 0; i < 64; ++i) EXPECT_NEAR(read[i], b[i], 32.5f / 127 / 2 + 1e-2f);
}

TEST_F(Gguf, RefusesEveryKindOfDamage) {
  EXPECT_THAT(error_in(""), HasSubstr("not a GGUF file"));
  EXPECT_THAT(error_in("GGML1234"), HasSubstr("not a GGUF file"));
  EXPECT_THAT(error_in("GGUF"), HasSubstr("ends inside the version"));
  expect_refused(Bytes().head(0, 0, 1), "version is not supported");
  expect_refused(Bytes().head(0, 0, 4), "version is not supported");
  expect_refused(Bytes().head(0, 0, 0x03000000), "big-endian");
  expect_refused(Bytes()
                     .head(0, 2)
                     .string("a")
                     .u32(0)
                     .number(uint8_t{1})
                     .string("a")
                     .u32(0)
                     .number(uint8_t{1}),
                 "occurs twice");
  expect_refused(Bytes().head(0, 1).string("").u32(0), "key is empty");
  expect_refused(Bytes().head(0, 1).string("a").u32(13), "unknown type");
  expect_refused(Bytes().head(0, 1).string("a").u32(7).number(uint8_t{2}), "neither 0 nor 1");
  expect_refused(Bytes().head(0, 1).string("a").u32(9).u32(9).u64(1), "array of an unknown type");
  expect_refused(Bytes().head(0, 1).string(kGgufAlignmentKey).u32(4).u32(24), "alignment");
  expect_refused(Bytes().head(0, 1).string(kGgufAlignmentKey).u32(10).u64(32), "alignment");
  expect_refused(Bytes().head(1, 0).tensor(std::string(64, 'n'), 4, 0), "name is too long");
  expect_refused(Bytes().head(1, 0).string("t").u32(5).u64(1).u64(1), "too many dimensions");
  expect_refused(Bytes().head(1, 0).tensor("t", ~uint64_t{0}, 0), "cannot be counted");
  expect_refused(
      Bytes().head(1, 0).string("t").u32(2).u64(1ull << 40).u64(1ull << 40).u32(0).u64(0),
      "cannot be counted");
  expect_refused(Bytes().head(1, 0).tensor("t", 1ull << 62, 0), "overflows 64 bits");
  expect_refused(Bytes().head(1, 0).tensor("t", 4, 0, 5), "unknown type");
  expect_refused(Bytes().head(1, 0).tensor("t", 33, 0, 8), "whole number of blocks");
  expect_refused(Bytes().head(1, 0).tensor("t", 4, 32), "not where they must be");
  expect_refused(Bytes().head(2, 0).tensor("t", 4, 0).tensor("u", 4, 16), "not where they must be");
  expect_refused(Bytes().head(2, 0).tensor("t", 4, 0).tensor("t", 4, 32), "occurs twice");
  expect_refused(Bytes().head(1, 0).tensor("t", 17, 0), "truncated");
}

TEST_F(Gguf, HostileSizesAreRefusedBeforeAnythingIsAllocated) {
  const uint64_t huge = 1ull << 60;
  expect_refused(Bytes().head(huge, 0), "counts more tensors");
  expect_refused(Bytes().head(0, huge), "counts more values");
  expect_refused(Bytes().head(0, 1).u64(huge), "too long");
  expect_refused(Bytes().head(0, 1).u64(1 << 20), "ends inside a key");
  expect_refused(Bytes().head(0, 1).string("a").u32(9).u32(8).u64(huge), "too long");
  expect_refused(Bytes().head(0, 1).string("a").u32(9).u32(8).u64(1 << 29), "beyond the end");
  expect_refused(Bytes().head(0, 1).string("a").u32(9).u32(12).u64(1 << 20), "beyond the end");
}

TEST_F(Gguf, EveryTruncationIsRefusedOrWhole) {
  const std::string whole = Bytes()
                                .head(1, 2)
                                .string("a")
                                .u32(8)
                                .string("text")
                                .string("b")
                                .u32(9)
                                .u32(5)
                                .u64(2)
                                .u32(1)
                                .u32(2)
                                .tensor("t", 8, 0)
                                .data(32);
  EXPECT_EQ(error_in(whole), "");
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(error_in(whole.substr(0, size)), "") << size;
  }
}

TEST_F(Gguf, AFileWithoutTheLastPaddingIsWhole) {
  EXPECT_EQ(error_in(Bytes().head(1, 0).tensor("t", 1, 0).data(4)), "");
  EXPECT_EQ(error_in(Bytes().head(0, 0, 2).text()), "") << "version 2, no tensors";
}

TEST(GgmlType, HalvesRoundToNearestEvenAndBack) {
  const std::vector<float> values = {
      0.0f,    -0.0f, 1.0f, 1.00048828125f, 65504.0f, 1e-8f, std::numeric_limits<float>::infinity(),
      3.14159f};
  for (const GgmlType type : {GgmlType::kF16, GgmlType::kBF16}) {
    std::vector<std::byte> bytes(values.size() * 2);
    encode_ggml(type, values, bytes);
    std::vector<float> once(values.size()), twice(values.size());
    decode_ggml(type, bytes, once);
    encode_ggml(type, once, bytes);
    decode_ggml(type, bytes, twice);
    EXPECT_EQ(once, twice);
    EXPECT_NEAR(once.back(), 3.14159f, type == GgmlType::kF16 ? 1e-3 : 1e-2);
    EXPECT_TRUE(std::signbit(once[1]));
  }
  std::vector<std::byte> bytes(2);
  const std::vector<float> nan = {std::numeric_limits<float>::quiet_NaN()};
  encode_ggml(GgmlType::kBF16, nan, bytes);
  std::vector<float> read(1);
  decode_ggml(GgmlType::kBF16, bytes, read);
  EXPECT_TRUE(std::isnan(read[0]));
}

TEST(GgmlType, NothingIsConvertedToNothing) {
  for (const GgmlType type : {GgmlType::kF32, GgmlType::kF16, GgmlType::kBF16, GgmlType::kQ8_0}) {
    EXPECT_EQ(ggml_bytes(type, 0), 0u);
    std::byte byte{7};  // beyond the empty spans: neither read nor written
    float number = 7;
    encode_ggml(type, std::span(&number, 0), std::span(&byte, 0));
    decode_ggml(type, std::span(&byte, 0), std::span(&number, 0));
    EXPECT_EQ(byte, std::byte{7});
    EXPECT_EQ(number, 7);
  }
}

TEST(GgmlType, ABlockOfZerosIsZeros) {
  const std::vector<float> zeros(32);
  std::vector<std::byte> bytes(ggml_bytes(GgmlType::kQ8_0, 32));
  ASSERT_EQ(bytes.size(), 34u);
  encode_ggml(GgmlType::kQ8_0, zeros, bytes);
  std::vector<float> read(32, 1.0f);
  decode_ggml(GgmlType::kQ8_0, bytes, read);
  EXPECT_EQ(read, zeros);
}

}  // namespace
}  // namespace twofold::formats
