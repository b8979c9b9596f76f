// Expressions, from the loosest binding to the tightest.

#include "jinja/limits.h"
#include "jinja/parser.h"
#include "jinja/parser_nesting.h"

namespace twofold::jinja {
namespace {

struct Sign {
  std::string_view text;
  Op op;
};
constexpr Sign kComparisons[] = {{"==", Op::kEqual},   {"!=", Op::kUnequal}, {"<=", Op::kAtMost},
                                 {">=", Op::kAtLeast}, {"<", Op::kLess},     {">", Op::kGreater}};
constexpr Sign kSums[] = {{"+", Op::kAdd}, {"-", Op::kSubtract}};
constexpr Sign kProducts[] = {
    {"*", Op::kMultiply}, {"/", Op::kDivide}, {"//", Op::kFloorDivide}, {"%", Op::kModulo}};

/// The operator of these that `token` is; null if it is none of them.
template <size_t count>
const Sign* sign_of(const Sign (&signs)[count], const Token& token) {
  if (token.kind != TokenKind::kOperator) return nullptr;
  for (const Sign& sign : signs) {
    if (sign.text == token.text) return &sign;
  }
  return nullptr;
}

}  // namespace

bool Parser::ends_tuple(std::string_view end) const {
  return token().kind == TokenKind::kVariableEnd || token().kind == TokenKind::kBlockEnd ||
         sees_operator(")") || (!end.empty() && sees_name(end));
}

ExpressionPtr Parser::parse_tuple(bool with_choice, std::string_view end) {
  const size_t at = token().at;
  if (ends_tuple(end)) refuse_token("an expression");
  ExpressionPtr first = parse_expression(with_choice);
  if (!sees_operator(",")) return first;
  ExpressionPtr tuple = made(Op::kTuple, at, std::move(first));
  while (skip_operator(",")) {
    if (ends_tuple(end)) break;
    add(*tuple, parse_expression(with_choice));
  }
  return tuple;
}

ExpressionPtr Parser::parse_expression(bool with_choice) {
  const Nesting nesting(*this);
  return with_choice ? parse_choice() : parse_or();
}

ExpressionPtr Parser::parse_choice() {
  const size_t at = token().at;
  const size_t unknown = unknown_.size();
  ExpressionPtr value = parse_or();
  while (skip_name("if")) {
    ExpressionPtr condition = parse_or();
    ExpressionPtr node = made(Op::kChoice, at, std::move(value), std::move(condition));
    add(*node, skip_name("else") ? parse_expression() : nullptr);
    value = std::move(node);
    unknown_.resize(unknown);  // in a choice they are refused when they are met
  }
  return value;
}

ExpressionPtr Parser::parse_or() {
  ExpressionPtr left = parse_and();
  for (size_t at = token().at; skip_name("or"); at = token().at) {
    left = made(Op::kOr, at, std::move(left), parse_and());
  }
  return left;
}

ExpressionPtr Parser::parse_and() {
  ExpressionPtr left = parse_not();
  for (size_t at = token().at; skip_name("and"); at = token().at) {
    left = made(Op::kAnd, at, std::move(left), parse_not());
  }
  return left;
}

ExpressionPtr Parser::parse_not() {
  const size_t at = token().at;
  if (!skip_name("not")) return parse_comparison();
  const Nesting nesting(*this);
  return made(Op::kNot, at, parse_not());
}

bool Parser::take_comparison(Op& op) {
  if (const Sign* sign = sign_of(kComparisons, token())) {
    ++at_;
    op = sign->op;
    return true;
  }
  if (skip_name("in")) {
    op = Op::kIn;
    return true;
  }
  if (!sees_name("not") || !sees_name("in", 1)) return false;
  at_ += 2;
  op = Op::kNotIn;
  return true;
}

ExpressionPtr Parser::parse_comparison() {
  const size_t at = token().at;
  ExpressionPtr first = parse_sum();
  Op op{};
  if (!take_comparison(op)) return first;
  ExpressionPtr node = made(Op::kCompare, at, std::move(first));
  do {
    node->comparisons.push_back(op);
    add(*node, parse_sum());
  } while (take_comparison(op));
  return node;
}

ExpressionPtr Parser::parse_sum() {
  ExpressionPtr left = parse_concat();
  while (const Sign* sign = sign_of(kSums, token())) {
    const size_t at = take().at;
    left = made(sign->op, at, std::move(left), parse_concat());
  }
  return left;
}

ExpressionPtr Parser::parse_concat() {
  const size_t at = token().at;
  ExpressionPtr first = parse_product();
  if (!sees_operator("~")) return first;
  ExpressionPtr node = made(Op::kConcat, at, std::move(first));
  while (skip_operator("~")) add(*node, parse_product());
  return node;
}

ExpressionPtr Parser::parse_product() {
  ExpressionPtr left = parse_power();
  while (const Sign* sign = sign_of(kProducts, token())) {
    const size_t at = take().at;
    left = made(sign->op, at, std::move(left), parse_power());
  }
  return left;
}

ExpressionPtr Parser::parse_power() {
  ExpressionPtr left = parse_unary();
  for (size_t at = token().at; skip_operator("**"); at = token().at) {
    left = made(Op::kPower, at, std::move(left), parse_unary());
  }
  return left;
}

ExpressionPtr Parser::parse_unary(bool with_filter) {
  const Nesting nesting(*this);
  const size_t at = token().at;
  ExpressionPtr node;
  if (skip_operator("-")) {
    node = made(Op::kNegative, at, parse_unary(false));
  } else if (skip_operator("+")) {
    node = made(Op::kPositive, at, parse_unary(false));
  } else {
    node = parse_primary();
  }
  node = parse_postfix(std::move(node));
  return with_filter ? parse_filters(std::move(node)) : std::move(node);
}

}  // namespace twofold::jinja
