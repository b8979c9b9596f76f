// The frames of log files that other programs read: checks, protobuf's fields, TFRecord, W&B's log.

#include <gtest/gtest.h>

#include "formats/crc.h"
#include "formats/protobuf.h"
#include "formats/tfrecord.h"
#include "formats/wandb_log.h"

namespace twofold::formats {
namespace {

TEST(Crc, OfTheUsualNineDigits) {
  EXPECT_EQ(crc32("123456789"), 0xCBF43926U);
  EXPECT_EQ(crc32("56789", crc32("1234")), 0xCBF43926U);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
}

TEST(Protobuf, IsWrittenAsItsGuideHasIt) {
  EXPECT_EQ(MessageWriter().integer(1, 150).text(), "\x08\x96\x01");
  EXPECT_EQ(MessageWriter().bytes(2, "testing").text(), "\x12\x07testing");
  const MessageWriter inner = MessageWriter().integer(1, 150);
  EXPECT_EQ(MessageWriter().message(3, inner).text(), "\x1a\x03\x08\x96\x01");
  EXPECT_EQ(MessageWriter().bytes(16, "").text(), std::string("\x82\x01\0", 3));
  EXPECT_EQ(MessageWriter().number(1, 1.0).text(), std::string("\x09\0\0\0\0\0\0\xF0\x3F", 9));
  EXPECT_EQ(MessageWriter().number(2, 1.0F).text(), std::string("\x15\0\0\x80\x3F", 5));
  EXPECT_EQ(MessageWriter().integer(1, -1).text().size(), 11);
}

TEST(Protobuf, IsReadAsItWasWritten) {
  const std::string text =
      MessageWriter().integer(1, -2).number(2, 0.5).number(3, 0.5F).bytes(4, "ab").text();
  MessageReader reader(text);
  const auto first = reader.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(static_cast<int64_t>(first->integer), -2);
  EXPECT_EQ(reader.next()->bytes.size(), 8);
  EXPECT_EQ(reader.next()->bytes.size(), 4);
  const auto last = reader.next();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->number, 4);
  EXPECT_EQ(last->bytes, "ab");
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(field_of(text, 4), "ab");
  EXPECT_EQ(field_of(text, 5), "");
}

TEST(Protobuf, WhatIsNoMessageEnds) {
  for (const std::string_view bytes : {"\x12\x07test", "\x08", "\x08\x96", "\x0B", "\x15\x01"}) {
    EXPECT_FALSE(MessageReader(bytes).next());
  }
  EXPECT_FALSE(MessageReader(std::string(20, '\xFF')).next());
}

TEST(Tfrecord, EndsWhereItIsTornOrDamaged) {
  const std::string two = tfrecord("one") + tfrecord(std::string(1000, 'x'));
  for (const size_t cut : {size_t{1}, size_t{500}, two.size() - 19}) {
    TfrecordReader reader(std::string_view(two).substr(0, two.size() - cut));
    EXPECT_EQ(reader.next(), "one");
    EXPECT_FALSE(reader.next());
    EXPECT_EQ(reader.position(), 19);
  }
  for (const size_t damaged : {size_t{2}, size_t{9}, size_t{13}, size_t{17}}) {
    std::string file = two;
    file[damaged] ^= 1;
    EXPECT_FALSE(TfrecordReader(file).next()) << damaged;
  }
  TfrecordReader whole(two);
  while (whole.next()) {
  }
  EXPECT_EQ(whole.position(), two.size());
}

/// Records of every length about the ends of blocks.
std::vector<std::string> wandb_records() {
  std::vector<std::string> records;
  for (size_t i = 0; i < 300; ++i) {
    records.emplace_back(i % 7 == 6 ? 32760 + i : 211 * i % 1000, static_cast<char>('a' + i % 26));
  }
  records.emplace_back(100'000, 'z');
  return records;
}

TEST(WandbLog, IsReadAsItWasWrittenWhereverBlocksEnd) {
  std::string file = wandb_log_head();
  for (const std::string& record : wandb_records()) file += wandb_log_record(record, file.size());
  WandbLogReader reader(file);
  for (const std::string& record : wandb_records()) ASSERT_EQ(reader.next(), record);
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.position(), file.size());
}

TEST(WandbLog, FillsTheEndOfABlockWhereNoHeadFits) {
  std::string file = wandb_log_head();
  file += wandb_log_record(std::string(32768 - 7 - 7 - 3, 'x'), file.size());
  ASSERT_EQ(file.size(), 32765);
  file += wandb_log_record("y", file.size());
  EXPECT_EQ(file.size(), 32768 + 7 + 1);
  EXPECT_EQ(file.substr(32765, 3), std::string(3, '\0'));
}

TEST(WandbLog, EndsWhereItIsTornOrDamaged) {
  std::string file = wandb_log_head() + wandb_log_record("one", 7);
  const size_t sound = file.size();
  file += wandb_log_record(std::string(70'000, 'x'), sound);
  for (size_t size = sound; size < file.size(); size += 9'999) {
    WandbLogReader reader(std::string_view(file).substr(0, size));
    EXPECT_EQ(reader.next(), "one");
    EXPECT_FALSE(reader.next());
    EXPECT_EQ(reader.position(), sound);
  }
  file[50'000] ^= 1;
  WandbLogReader reader(file);
  EXPECT_EQ(reader.next(), "one");
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(WandbLogReader("no such file").next());
}

}  // namespace
}  // namespace twofold::formats
