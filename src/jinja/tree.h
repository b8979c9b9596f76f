#pragma once
// A template as a tree.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "jinja/value.h"

namespace twofold::jinja {

enum class Op : uint8_t {
  kConstant,
  kName,
  kList,
  kTuple,
  kDict,       // parts: key, value, key, value, …
  kAttribute,  // parts: object; constant: the name
  kItem,       // parts: object, key
  kSlice,      // parts: object, start, stop, step; any of the last three may be null
  kCall,       // parts: what is called
  kFilter,     // parts: what is filtered, null in a filter block
  kTest,
  kChoice,  // parts: value, condition, otherwise (may be null)
  kAnd,
  kOr,
  kNot,
  kNegative,
  kPositive,
  kConcat,
  kCompare,  // parts: operands; comparisons: what is between them
  // arithmetic
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kFloorDivide,
  kModulo,
  kPower,
  // comparisons
  kEqual,
  kUnequal,
  kLess,
  kAtMost,
  kGreater,
  kAtLeast,
  kIn,
  kNotIn,
};

/// The number of a name of the template.
using Symbol = uint32_t;

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

struct GivenArgument {
  enum class How : uint8_t { kPlace, kName, kSpread, kSpreadNames } how;
  std::string_view name;
  ExpressionPtr value;
};

struct Expression {
  Op op = Op::kConstant;
  size_t at = 0;     ///< byte of the template
  size_t depth = 1;  ///< of the tree from here
  Symbol symbol = 0;
  Value constant = {};  ///< the constant; the name of an attribute, a filter or a test
  std::vector<ExpressionPtr> parts = {};
  std::vector<GivenArgument> arguments = {};
  std::vector<Op> comparisons = {};
  const Function* function = nullptr;  ///< the filter or test
};

struct Statement;
using StatementPtr = std::unique_ptr<Statement>;
using Body = std::vector<StatementPtr>;

/// The parameters of a macro or a call block, and the extra values that its body asks for.
struct Signature {
  struct Parameter {
    Symbol symbol;
    std::string_view name;
    ExpressionPtr otherwise;  ///< null: it has no default
  };
  std::vector<Parameter> parameters = {};
  bool takes_caller = false, takes_names = false, takes_places = false;
};

struct Branch {
  ExpressionPtr condition;  ///< null in `else`
  Body body;
};

/// What is assigned to: a name, a field of a namespace, or several of them.
struct Target {
  Symbol symbol = 0;
  std::string_view field = {};       ///< of the namespace `symbol`
  std::vector<Target> several = {};  ///< if this is not empty, or `is_several`
  bool is_several = false;
};

enum class Action : uint8_t {
  kText,
  kOutput,
  kSet,
  kSetBlock,
  kFor,
  kIf,
  kMacro,
  kCallBlock,
  kFilterBlock,
  kWith,
  kGeneration,
  kBreak,
  kContinue,
};

struct Statement {
  Action action = Action::kText;
  size_t at = 0;
  size_t depth = 1;
  std::string_view text = {};        ///< kText; kMacro: its name
  Symbol symbol = 0;                 ///< kMacro: its name
  std::vector<Target> targets = {};  ///< one, but of kWith
  std::vector<ExpressionPtr> values =
      {};                     ///< of the targets; what is written, called, gone through
  ExpressionPtr filter = {};  ///< of kFilterBlock and kSetBlock; of kFor: its `if`
  bool recursive = false;     ///< kFor
  Signature signature = {};
  std::vector<Branch> branches = {};  ///< of kIf; the `else` of kFor
  Body body = {};
};

}  // namespace twofold::jinja
