#pragma once
// How deeply the evaluator may call itself.

#include "jinja/evaluator.h"

namespace twofold::jinja {

class Evaluator::Depth {
 public:
  explicit Depth(Evaluator& evaluator) : evaluator_(evaluator) {
    if (++evaluator_.nesting_ > evaluator_.heap_.limits().nesting) refuse_nesting();
  }
  ~Depth() { --evaluator_.nesting_; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;

 private:
  [[noreturn]] void refuse_nesting() const;

  Evaluator& evaluator_;
};

}  // namespace twofold::jinja
