#include "eval/evaluator.h"

#include <utility>

namespace twofold {
namespace {

using MakeEvaluator = std::function<std::unique_ptr<Evaluator>()>;

std::vector<MakeEvaluator>& registered() {
  static std::vector<MakeEvaluator> makers;
  return makers;
}

}  // namespace

void register_evaluator(std::function<std::unique_ptr<Evaluator>()> make) {
  registered().push_back(std::move(make));
}

std::vector<std::unique_ptr<Evaluator>> make_registered_evaluators() {
  std::vector<std::unique_ptr<Evaluator>> evaluators;
  for (const MakeEvaluator& make : registered()) evaluators.push_back(make());
  return evaluators;
}

}  // namespace twofold
