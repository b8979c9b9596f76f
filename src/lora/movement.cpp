#include "lora/movement.h"

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "lora/select/target.h"

namespace twofold {

namespace {

constexpr const char* kEmbedding = "wte";

/// The head's rows take part in every softmax, whichever tokens occur; the embedding's do not.
bool may_rest(const std::string& name, const LoRAParams& adapters) {
  if (name != std::string(kEmbedding) + "/rows") return false;
  return std::any_of(adapters.begin(), adapters.end(),
                     [](const Adapter& adapter) { return is_head(adapter.path); });
}

/// The first few names, a line each.
std::string listed(const std::vector<std::string>& names) { return join_first(names, 8, "\n"); }

}  // namespace

void prove_movement(const LoRAParams& adapters, const Movement& movement) {
  const std::map<std::string, at::Tensor> state(movement.optimizer_state.begin(),
                                                movement.optimizer_state.end());
  const std::map<std::string, at::Tensor> before(movement.before.begin(), movement.before.end());
  const auto is_zero = [&](const std::string& name) { return !state.at(name).any().item<bool>(); };
  std::vector<std::string> unreached, unmoved;
  size_t tensors = 0;
  for (const auto& [name, tensor] : named_adapters(adapters)) {
    if (name.ends_with("/bias/whole")) continue;  // some biases have no effect (keys' in attention)
    if (may_rest(name, adapters)) continue;
    ++tensors;
    if (is_zero("m/" + name) && is_zero("v/" + name)) {
      unreached.push_back(name);
    } else if (at::equal(tensor, before.at(name))) {
      unmoved.push_back(name);
    }
  }
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
             fmt::format("the same numbers after an update at the learning rate {}", movement.lr),
         .hint = "a larger optimization/lora/lr, or optimization/warmup_lr_mult if this is the "
                 "warm-up: updates this small are lost in rounding"});
  }
  throw_problems(std::move(problems));
}

std::vector<int64_t> rows_at_rest(const ParameterTree& parameters) {
  const Parameter* table = parameters.find(kEmbedding);
  if (!table || !table->weight.rows) return {};
  const at::NoGradGuard no_grad;
  const auto& [ids, rows] = *table->weight.rows;
  const at::Tensor frozen = table->weight.value.index_select(0, ids).to(rows.scalar_type());
  const at::Tensor at_rest = ids.masked_select(rows.eq(frozen).all(1)).contiguous();
  const int64_t* begin = at_rest.const_data_ptr<int64_t>();
  return {begin, begin + at_rest.numel()};
}

}  // namespace twofold
