#include "run/two_begins.h"

#include <gmock/gmock.h>

#include "support/tiny_model.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::HasSubstr;
constexpr int32_t kBegin = 1, kPadding = 1;

/// A row of text behind `padding` positions that see only themselves.
Batch row_of(const std::vector<int32_t>& tokens, size_t padding = 0) {
  Batch batch(1, std::ssize(tokens));
  batch.tokens = tokens;
  for (size_t t = 0; t < tokens.size(); ++t) {
    batch.first_key[t] = static_cast<int32_t>(t < padding ? t : padding);
  }
  batch.sources = {{.dataset = "chats", .row = 7}};
  return batch;
}

TEST(TwoBegins, AreFoundAndTheRowIsNamed) {
  EXPECT_THAT(two_begins_text(row_of({kBegin, kBegin, 5, 6}), kBegin),
              AllOf(HasSubstr("row 7 of chats"), HasSubstr("id 1"), HasSubstr("add_special")));
  EXPECT_THAT(two_begins_text(row_of({4, kBegin, kBegin, 6}), kBegin), HasSubstr("row 7"));
  EXPECT_EQ(two_begins_text(row_of({kBegin, 5, kBegin, 6}), kBegin), "");
  EXPECT_EQ(two_begins_text(row_of({kBegin, kBegin, 5, 6}), -1), "");
}

TEST(TwoBegins, ArePaddingWhereNothingSeesThem) {
  EXPECT_EQ(two_begins_text(row_of({kPadding, kPadding, kBegin, 6}, 2), kBegin), "");
  EXPECT_THAT(two_begins_text(row_of({kPadding, kBegin, kBegin, 6}, 1), kBegin),
              HasSubstr("row 7"));
}

TEST(TwoBegins, AreNoneForATokenThatEndsTextsToo) {
  const auto model = test::tiny_llama();
  model->bos_token_id = 3;
  EXPECT_EQ(begin_token(*model), 3);
  model->eos_token_id = {2, 3};
  EXPECT_EQ(begin_token(*model), -1);
}

}  // namespace
}  // namespace twofold
