// What the logs of other programs are told of a run.

#include <gmock/gmock.h>

#include "run/module_norms.h"
#include "run/settings_json.h"

namespace twofold {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(ModuleNorms, JoinTheTensorsOfAModule) {
  const auto tensor = [](const char* name) { return Trainable{.name = name}; };
  EXPECT_THAT(module_grad_norms({tensor("wte"), tensor("h/q/kernel"), tensor("h/q/bias"),
                                 tensor("h/norm/weight")},
                                {4, 9, 16, 1}),
              ElementsAre(Pair("wte", 2), Pair("h/q", 5), Pair("h/norm", 1)));
  EXPECT_THAT(module_grad_norms(
                  {tensor("h/q/kernel/lora_A"), tensor("wte/lora_A"), tensor("h/q/kernel/lora_B")},
                  {9, 4, 16}),
              ElementsAre(Pair("h/q", 5), Pair("wte", 2)));
}

TEST(SettingsJson, KeepsKindsAndOrder) {
  EXPECT_EQ(
      settings_json("job: a/b\nz: {n: 1, x: 1.0e-06, yes: true, text: \"1\", none: null}\n"
                    "a: [[1], b]\n"),
      R"({"job":"a/b","z":{"n":1,"x":1e-06,"yes":true,"text":"1","none":null},"a":[[1],"b"]})");
}

}  // namespace
}  // namespace twofold
