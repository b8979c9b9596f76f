#pragma once
// How deeply the evaluator may call itself.

#include "jinja/evaluator.h"

namespace twofold::jinja {

class Evaluator::Depth {
 public:
  explicit Depth(Evaluator& evaluator);
  ~Depth();
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;

 private:
  Evaluator& evaluator_;
};

}  // namespace twofold::jinja
