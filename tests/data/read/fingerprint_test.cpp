#include "data/read/fingerprint.h"

#include "data/data_fixture.h"

namespace twofold {
namespace {

using testing::Key;
using testing::UnorderedElementsAre;

using Fingerprint = DataTest;

TEST_F(Fingerprint, NamesTheFilesThatARunReads) {
  put_stream("plain", 100);
  put_stream("plain", 20, "val");
  put("plain/config.json", std::string("{}"));
  put_stream("masked", 40);
  put("masked/train.bin.mask", std::string(40, '\1'));
  put("masked/shape.json", std::string("{}"));
  EXPECT_THAT(fingerprint(root_, "plain", true),
              UnorderedElementsAre(Key("plain/train.bin"), Key("plain/val.bin")));
  EXPECT_THAT(fingerprint(root_, "plain", false), UnorderedElementsAre(Key("plain/train.bin")));
  EXPECT_THAT(fingerprint(root_, "masked", true),
              UnorderedElementsAre(Key("masked/train.bin"), Key("masked/train.bin.mask"),
                                   Key("masked/shape.json")));
}

TEST_F(Fingerprint, IsTheSameForACopyAndAnotherForOtherText) {
  put_stream("small", 100);
  const auto before = fingerprint(root_, "small", true);
  put_stream("small", 100);
  EXPECT_EQ(fingerprint(root_, "small", true), before);
  put("small/train.bin", std::vector<uint32_t>(100, 7));
  EXPECT_NE(fingerprint(root_, "small", true), before);
}

TEST_F(Fingerprint, OfALargeFileSeesBothEndsTheMiddleAndTheLength) {
  std::vector<uint32_t> ids(1 << 20);
  const auto now = [&] {
    put("large/train.bin", ids);
    return fingerprint(root_, "large", true);
  };
  const auto before = now();
  for (const size_t place : {size_t{0}, ids.size() - 1}) {
    ids[place] = 1;
    EXPECT_NE(now(), before) << place;
    ids[place] = 0;
  }
  std::fill(ids.begin() + (1 << 18), ids.begin() + (1 << 19), 1);
  EXPECT_NE(now(), before);
  std::fill(ids.begin(), ids.end(), 0);
  ids.push_back(0);
  EXPECT_NE(now(), before);
}

}  // namespace
}  // namespace twofold
