#include "lora/update_check.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "twofold/tensor/host.h"

namespace twofold {

namespace {

/// The first few names, a line each.
std::string listed(const std::vector<std::string>& names) { return join_first(names, 8, "\n"); }

/// The trained tensors that an update left as they were, by the reason.
struct Unchanged {
  size_t tensors = 0;  ///< of all that had to change
  std::vector<std::string> unreached, unmoved;
};

Unchanged unchanged(const LoRAParams& adapters, const CheckedUpdate& update) {
  const std::map<std::string, at::Tensor> state(update.optimizer_state.begin(),
                                                update.optimizer_state.end());
  const std::map<std::string, at::Tensor> before(update.before.begin(), update.before.end());
  const auto is_zero = [&](const std::string& name) {
    return number_of(state.at(name).any()) == 0;
  };
  Unchanged found;
  for (const auto& adapter : adapters) {
    if (adapter->may_stay_unchanged(adapters)) continue;
    for (const auto& [name, tensor] : adapter->named(/*trained=*/true)) {
      ++found.tensors;
      if (is_zero("m/" + name) && is_zero("v/" + name)) {
        found.unreached.push_back(name);
      } else if (at::equal(tensor, before.at(name))) {
        found.unmoved.push_back(name);
      }
    }
  }
  return found;
}

}  // namespace

void check_adapters_updated(const LoRAParams& adapters, const CheckedUpdate& update) {
  const auto [tensors, unreached, unmoved] = unchanged(adapters, update);
  std::vector<Problem> problems;
  if (!unreached.empty()) {
    problems.push_back(
        {.what = fmt::format("{} of {} adapter tensors received no gradient", unreached.size(),
                             tensors),
         .where = listed(unreached),
         .expected = "every one to have received a gradient in the first updates of phase 2",
         .found = "no gradient",
         .hint =
             "take what the loss does not depend on out of optimization/lora/target_modules; or, "
             "if weights have grown until nothing moves the loss, a smaller "
             "optimization/lora/lr"});
  }
  if (!unmoved.empty()) {
    problems.push_back(
        {.what = fmt::format("{} of {} adapter tensors received gradients but did not move",
                             unmoved.size(), tensors),
         .where = listed(unmoved),
         .expected = "every one to have changed in an update",
         .found =
             fmt::format("the same numbers after an update at the learning rate {}", update.lr),
         .hint = "a larger optimization/lora/lr, or optimization/warmup_lr_mult if this is the "
                 "warm-up: updates this small are lost in rounding"});
  }
  throw_problems(std::move(problems));
}

}  // namespace twofold
