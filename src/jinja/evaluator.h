#pragma once
// Walks a template's tree.

#include <string>
#include <vector>

#include "jinja/call.h"
#include "jinja/globals.h"
#include "jinja/heap.h"
#include "jinja/loop.h"
#include "jinja/parser.h"
#include "jinja/template.h"
#include "jinja/tree.h"

namespace twofold::jinja {

/// The names that are assigned within a macro, a loop, or another body of its own.
class Scope {
 public:
  Scope(Heap& heap, Scope* outer) : heap_(heap), outer_(outer), values_(heap.memory()) {}
  /// The innermost value of the name; null if there is none.
  const Value* find(Symbol symbol) const;
  void set(Symbol symbol, const Value& value);
  void clear() { values_.clear(); }

 private:
  Heap& heap_;
  Scope* outer_;
  Items<std::pair<Symbol, Value>> values_;
};

struct Macro {
  const Statement* definition;
  Scope* around;
};

class Evaluator {
 public:
  Evaluator(Heap& heap, const Names& names, const Settings& settings);
  /// Makes a variable of the template, before it runs.
  void define(Symbol symbol, const Value& value) { root_scope_.set(symbol, value); }
  void run(const Body& body);

  std::string& text() { return root_; }
  std::vector<Span>& generated() { return generated_; }
  size_t at() const { return at_; }  ///< byte of the template that is evaluated

 private:
  enum class Flow { kNext, kBreak, kContinue };
  class Depth;
  class Filter;

  // ── statements (statements.cpp) ──
  Flow run(const Body& body, Scope& scope);
  Flow run(const Statement& statement, Scope& scope);
  /// A statement that the one behind it follows.
  void run_straight(const Statement& statement, Scope& scope);
  void run_output(const Statement& statement, Scope& scope);
  void run_set(const Statement& statement, Scope& scope);
  Flow run_branches(const Statement& statement, Scope& scope);
  Flow run_with(const Statement& statement, Scope& scope);
  Flow run_filter_block(const Statement& statement, Scope& scope);
  void run_call_block(const Statement& statement, Scope& scope);
  void run_generation(const Statement& statement, Scope& scope);
  void run_loop(const Statement& statement, Scope& scope, const Value& items, size_t depth);
  Flow run_set_block(const Statement& statement, Scope& scope);
  void assign(const Target& target, const Value& value, Scope& scope);
  void check_namespaces(const Target& target, Scope& scope);
  Value macro_of(const Statement& statement, Scope& scope) {
    return Value::of(*heap_.make<Macro>(&statement, &scope));
  }
  void write(std::string_view text);
  Flow captured(const Body& body, Scope& scope, std::string& text);
  Scope& inner(Scope& outer) { return *heap_.make<Scope>(heap_, &outer); }

  // ── expressions (expressions.cpp) ──
  Value evaluate(const Expression& node, Scope& scope);
  Value evaluate_name(const Expression& node, Scope& scope);
  Value evaluate_several(const Expression& node, Scope& scope, Kind kind);
  Value evaluate_dict(const Expression& node, Scope& scope);
  Value evaluate_slice(const Expression& node, Scope& scope);
  Value evaluate_choice(const Expression& node, Scope& scope);
  Value evaluate_concat(const Expression& node, Scope& scope);
  Value evaluate_comparison(const Expression& node, Scope& scope);
  Value evaluate_binary(const Expression& node, Scope& scope);
  Value evaluate_applied(const Expression& node, Scope& scope, const Value* filtered);
  Value part(const Expression& node, size_t place, Scope& scope) {
    return evaluate(*node.parts[place], scope);
  }

  // ── calls (calls.cpp) ──
  Value evaluate_call(const Expression& node, Scope& scope, const Value* caller);
  Arguments arguments_of(const Expression& node, Scope& scope);
  void spread(const GivenArgument& argument, Arguments& into, Scope& scope);
  Value call(const Value& called, Arguments& given);
  Value call_macro(const Macro& macro, Arguments& given);
  void bind(const Macro& macro, Arguments& given, Scope& scope);
  void bind_extras(const Macro& macro, Arguments& given, Scope& scope);
  Value call_loop(Loop& loop, const Arguments& given);

  Heap& heap_;
  const Names& names_;
  Globals globals_;
  const bool strict_undefined_;
  Scope root_scope_;
  std::string root_;           // what is written by the template itself
  std::string* out_ = &root_;  // or by what is captured now
  std::vector<Span> generated_;
  size_t at_ = 0, nesting_ = 0, calls_ = 0;
};

}  // namespace twofold::jinja
