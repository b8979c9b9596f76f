#include "eval/evaluator.h"

#include <utility>

namespace twofold {
namespace {

std::vector<MakeEvaluator>& added() {
  static std::vector<MakeEvaluator> makers;
  return makers;
}

}  // namespace

void add_evaluator(MakeEvaluator make) { added().push_back(std::move(make)); }

std::vector<std::unique_ptr<Evaluator>> make_added_evaluators() {
  std::vector<std::unique_ptr<Evaluator>> evaluators;
  for (const MakeEvaluator& make : added()) evaluators.push_back(make());
  return evaluators;
}

}  // namespace twofold
