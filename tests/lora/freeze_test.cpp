#include "twofold/lora/freeze.h"

#include <gmock/gmock.h>

#include <limits>

#include "base/error.h"
#include "lora/toy.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// What freezing says of a model one of whose weights is `value`.
std::string refusal(float value, const std::string& base_dtype) {
  ParameterTree tree = toy::gpt();
  tree.at("blocks/1/mlp/c_fc/kernel").weight.value.detach()[2][3].fill_(value);
  try {
    freeze_parameters(tree, base_dtype);
  } catch (const Error& error) {
    return error.what();
  }
  return "frozen";
}

TEST(FreezeParameters, AWeightThatBecomesInfiniteIsNamed) {
  const float largest = std::numeric_limits<float>::max();  // rounds up in bfloat16
  EXPECT_EQ(refusal(largest, "float32"), "frozen");
  EXPECT_THAT(refusal(largest, "bfloat16"),
              AllOf(HasSubstr("beyond the range of bfloat16"),
                    HasSubstr("blocks/1/mlp/c_fc/kernel[2, 3]"), HasSubstr("base_dtype")));
  EXPECT_THAT(refusal(std::numeric_limits<float>::infinity(), "float32"),
              HasSubstr("base_adapters"));  // added to the weights, they may have made it
}

}  // namespace
}  // namespace twofold
