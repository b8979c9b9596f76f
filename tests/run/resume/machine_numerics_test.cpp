#include "run/resume/machine_numerics.h"

#include <gmock/gmock.h>

#include "model/families/registry.h"
#include "ops/isa.h"
#include "ops/matmul.h"
#include "tensor/machine.h"

namespace twofold {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

struct Told : Observer {
  void message(Severity, const std::string& text) override { messages.push_back(text); }
  std::vector<std::string> messages;
};

/// What is said of a checkpoint that knows this processor and level.
std::vector<std::string> told_of(const std::string& cpu, const std::string& isa) {
  RunState state{.cpu_model = cpu, .isa = isa};
  Told told;
  ops::Bfloat16Choice products;
  apply_machine_numerics(state, *make_model_config("gpt"), products, told);
  EXPECT_EQ(state.cpu_model, cpu_model());
  EXPECT_EQ(state.isa, ops::isa());
  return told.messages;
}

TEST(MachineNumerics, WhatChangesTheLastBitsIsSaid) {
  EXPECT_THAT(told_of("", "sse9"), ElementsAre());  // a run that begins
  EXPECT_THAT(told_of(cpu_model(), ops::isa()), ElementsAre());
  EXPECT_THAT(told_of(cpu_model(), "sse9"),
              ElementsAre(AllOf(HasSubstr("sse9"), HasSubstr(ops::isa()))));
  EXPECT_THAT(told_of("another one", ops::isa()), ElementsAre(HasSubstr("another processor")));
}

}  // namespace
}  // namespace twofold
