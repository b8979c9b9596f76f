#include "jinja/evaluator.h"

#include <fmt/format.h>

#include <algorithm>

#include "jinja/evaluator_depth.h"

namespace twofold::jinja {

const Value* Scope::find(Symbol symbol) const {
  for (const Scope* scope = this; scope; scope = scope->outer_) {
    heap_.step(scope->values_.size() / 16);
    for (const auto& [name, value] : scope->values_) {
      if (name == symbol) return &value;
    }
  }
  return nullptr;
}

void Scope::set(Symbol symbol, const Value& value) {
  heap_.step(values_.size() / 16);
  const auto found =
      std::ranges::find(values_, symbol, [](const auto& entry) { return entry.first; });
  if (found != values_.end()) {
    found->second = value;
  } else {
    values_.emplace_back(symbol, value);
  }
}

Evaluator::Evaluator(Heap& heap, const Names& names, const Settings& settings)
    : heap_(heap),
      names_(names),
      globals_(heap, settings),
      strict_undefined_(settings.strict_undefined),
      root_scope_(heap, nullptr) {
  for (const Function& function : globals_.functions()) {
    if (const auto symbol = names.find(function.name)) define(*symbol, Value::of(function));
  }
}

void Evaluator::run(const Body& body) { run(body, root_scope_); }

void Evaluator::write(std::string_view text) {
  heap_.check_size(out_->size() + text.size());
  *out_ += text;
}

void Evaluator::Depth::refuse_nesting() const {
  --evaluator_.nesting_;
  refuse(fmt::format("the template nests more than {} parts while it runs",
                     evaluator_.heap_.limits().nesting));
}

}  // namespace twofold::jinja
