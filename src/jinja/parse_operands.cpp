// What operators stand between: literals, names, brackets, and what follows them.

#include <fmt/format.h>

#include <charconv>

#include "jinja/filters/filters.h"
#include "jinja/parser.h"
#include "jinja/parser_nesting.h"
#include "jinja/predicates.h"

namespace twofold::jinja {

ExpressionPtr Parser::parse_primary() {
  const Token& first = token();
  switch (first.kind) {
    case TokenKind::kName:
      return parse_named(take());
    case TokenKind::kString:
      return parse_strings();
    case TokenKind::kInteger:
    case TokenKind::kFloat:
      return parse_number(take());
    default:
      break;
  }
  if (skip_operator("(")) return parse_parenthesis();
  if (skip_operator("[")) return parse_list();
  if (skip_operator("{")) return parse_dict();
  refuse_token("an expression");
}

ExpressionPtr Parser::parse_named(const Token& name) {
  const std::string_view text = name.text;
  ExpressionPtr node = made(Op::kConstant, name.at);
  if (text == "true" || text == "True" || text == "false" || text == "False") {
    node->constant = Value::of(text == "true" || text == "True");
  } else if (text == "none" || text == "None") {
    node->constant = Value::none();
  } else {
    node->op = Op::kName;
    node->symbol = read_name(text);
    node->constant = constant_text(text);
  }
  return node;
}

ExpressionPtr Parser::parse_strings() {
  ExpressionPtr node = made(Op::kConstant, token().at);
  std::string text;
  while (token().kind == TokenKind::kString) text += string_of(source_, take());
  node->constant = constant_text(text);
  return node;
}

ExpressionPtr Parser::parse_number(const Token& number) {
  ExpressionPtr node = made(Op::kConstant, number.at);
  std::string digits;
  for (const char c : number.text) {
    if (c != '_') digits += c;
  }
  const char* const end = digits.data() + digits.size();
  int64_t integer = 0;
  double real = 0;
  const bool is_real = number.kind == TokenKind::kFloat;
  const auto read = is_real ? std::from_chars(digits.data(), end, real)
                            : std::from_chars(digits.data(), end, integer);
  const bool leading_zero = !is_real && digits[0] == '0' && integer != 0;
  if (read.ec != std::errc() || leading_zero) {
    source_.refuse(number.at, fmt::format("'{}' is no number of 64 bits", number.text));
  }
  node->constant = is_real ? Value::of(real) : Value::of(integer);
  return node;
}

ExpressionPtr Parser::parse_parenthesis() {
  if (skip_operator(")")) return made(Op::kTuple, token().at);
  ExpressionPtr node = parse_tuple();
  take_operator(")");
  return node;
}

ExpressionPtr Parser::parse_list() {
  ExpressionPtr node = made(Op::kList, token().at);
  while (!sees_operator("]")) {
    add(*node, parse_expression());
    if (!sees_operator("]")) take_operator(",");
  }
  take_operator("]");
  return node;
}

ExpressionPtr Parser::parse_dict() {
  ExpressionPtr node = made(Op::kDict, token().at);
  while (!sees_operator("}")) {
    add(*node, parse_expression());
    take_operator(":");
    add(*node, parse_expression());
    if (!sees_operator("}")) take_operator(",");
  }
  take_operator("}");
  return node;
}

ExpressionPtr Parser::parse_postfix(ExpressionPtr node) {
  while (true) {
    if (sees_operator(".")) {
      node = parse_attribute(std::move(node));
    } else if (sees_operator("[")) {
      node = parse_item(std::move(node));
    } else if (sees_operator("(")) {
      node = parse_call(std::move(node));
    } else {
      return node;
    }
  }
}

ExpressionPtr Parser::parse_attribute(ExpressionPtr object) {
  const size_t at = take().at;
  if (token().kind == TokenKind::kInteger) {
    return made(Op::kItem, at, std::move(object), parse_number(take()));
  }
  ExpressionPtr node = made(Op::kAttribute, at, std::move(object));
  node->constant = constant_text(take(TokenKind::kName, "a name or a number").text);
  return node;
}

ExpressionPtr Parser::parse_item(ExpressionPtr object) {
  const size_t at = take().at;
  ExpressionPtr node = parse_subscript(std::move(object), at);
  if (sees_operator(",")) source_.refuse(token().at, "several subscripts in one bracket");
  take_operator("]");
  return node;
}

ExpressionPtr Parser::parse_subscript(ExpressionPtr object, size_t at) {
  ExpressionPtr start = sees_operator(":") ? nullptr : parse_expression();
  if (!skip_operator(":")) return made(Op::kItem, at, std::move(object), std::move(start));
  const auto part = [&] {
    const bool is_left_out = sees_operator(":") || sees_operator("]") || sees_operator(",");
    return is_left_out ? nullptr : parse_expression();
  };
  ExpressionPtr node = made(Op::kSlice, at, std::move(object));
  add(*node, std::move(start));
  add(*node, part());
  add(*node, skip_operator(":") ? part() : nullptr);
  return node;
}

ExpressionPtr Parser::parse_call(ExpressionPtr called) {
  ExpressionPtr node = made(Op::kCall, token().at, std::move(called));
  parse_arguments(*node);
  return node;
}

void Parser::parse_arguments(Expression& node) {
  take_operator("(");
  bool only_names = false;
  while (!sees_operator(")")) {
    node.arguments.push_back(parse_argument(only_names));
    deepen(node, node.arguments.back().value);
    if (!sees_operator(")")) take_operator(",");
  }
  take_operator(")");
}

GivenArgument Parser::parse_argument(bool& only_names) {
  using How = GivenArgument::How;
  const bool spreads = sees_operator("*") || sees_operator("**");
  const bool named = token().kind == TokenKind::kName && sees(TokenKind::kOperator, "=", 1);
  if (only_names && !named && !sees_operator("**")) refuse_token("an argument with a name");
  only_names |= spreads || named;
  if (skip_operator("*")) return {How::kSpread, {}, parse_expression()};
  if (skip_operator("**")) return {How::kSpreadNames, {}, parse_expression()};
  if (!named) return {How::kPlace, {}, parse_expression()};
  const std::string_view name = take().text;
  take_operator("=");
  return {How::kName, name, parse_expression()};
}

std::string_view Parser::parse_dotted_name() {
  const Token& first = take(TokenKind::kName, "a name");
  size_t end = first.at + first.text.size();
  while (skip_operator(".")) {
    const Token& next = take(TokenKind::kName, "a name");
    end = next.at + next.text.size();
  }
  return source_.text().substr(first.at, end - first.at);
}

void Parser::find_function(Expression& node, bool is_filter) {
  node.function = is_filter ? find_filter(node.constant.bytes()) : find_test(node.constant.bytes());
  if (!node.function && !conditional_) unknown_.push_back(node.at);
}

ExpressionPtr Parser::parse_filters(ExpressionPtr node) {
  while (true) {
    if (sees_operator("|")) {
      node = parse_filter(std::move(node));
    } else if (sees_name("is")) {
      node = parse_test(std::move(node));
    } else if (sees_operator("(")) {
      node = parse_call(std::move(node));
    } else {
      return node;
    }
  }
}

ExpressionPtr Parser::parse_filter(ExpressionPtr filtered) {
  while (skip_operator("|")) {
    ExpressionPtr node = made(Op::kFilter, token().at);
    add(*node, std::move(filtered));
    node->constant = constant_text(parse_dotted_name());
    find_function(*node, true);
    if (sees_operator("(")) parse_arguments(*node);
    filtered = std::move(node);
  }
  return filtered;
}

ExpressionPtr Parser::parse_test(ExpressionPtr tested) {
  const size_t at = take().at;
  const bool negated = skip_name("not");
  ExpressionPtr node = made(Op::kTest, token().at, std::move(tested));
  node->constant = constant_text(parse_dotted_name());
  find_function(*node, false);
  const TokenKind kind = token().kind;
  const bool bare =
      kind == TokenKind::kString || kind == TokenKind::kInteger || kind == TokenKind::kFloat ||
      sees_operator("[") || sees_operator("{") ||
      (kind == TokenKind::kName && !sees_name("else") && !sees_name("or") && !sees_name("and"));
  if (sees_operator("(")) {
    parse_arguments(*node);
  } else if (bare) {
    if (sees_name("is")) source_.refuse(token().at, "a test of a test");
    node->arguments.push_back({GivenArgument::How::kPlace, {}, parse_postfix(parse_primary())});
    deepen(*node, node->arguments.back().value);
  }
  return negated ? made(Op::kNot, at, std::move(node)) : std::move(node);
}

}  // namespace twofold::jinja
