// What all of the parser is made of: tokens, names, nodes.

#include "jinja/parser.h"

#include <fmt/format.h>

#include <algorithm>

#include "jinja/limits.h"

namespace twofold::jinja {

Names::Names() {
  for (const std::string_view name : {"loop", "caller", "kwargs", "varargs"}) number(name);
}

std::optional<Symbol> Names::find(std::string_view name) const {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

Symbol Names::number(std::string_view name) {
  const auto [found, is_new] = numbers_.emplace(name, static_cast<Symbol>(names_.size()));
  if (is_new) names_.push_back(name);
  return found->second;
}

Parser::Parser(const Source& source, Heap& constants, Names& names)
    : source_(source), constants_(constants), names_(names), tokens_(tokenize(source)) {}

const Token& Parser::token(size_t ahead) const {
  return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

bool Parser::sees(TokenKind kind, std::string_view text, size_t ahead) const {
  return token(ahead).kind == kind && token(ahead).text == text;
}

bool Parser::sees_name(std::string_view text, size_t ahead) const {
  return sees(TokenKind::kName, text, ahead);
}

bool Parser::skip_operator(std::string_view text) {
  if (!sees_operator(text)) return false;
  ++at_;
  return true;
}

bool Parser::skip_name(std::string_view text) {
  if (!sees_name(text)) return false;
  ++at_;
  return true;
}

const Token& Parser::take(TokenKind kind, const char* expected) {
  if (token().kind != kind) refuse_token(expected);
  return take();
}

void Parser::take_operator(std::string_view text) {
  if (!skip_operator(text)) refuse_token(fmt::format("'{}'", text).c_str());
}

void Parser::take_name(std::string_view text) {
  if (!skip_name(text)) refuse_token(fmt::format("'{}'", text).c_str());
}

void Parser::refuse_token(const char* expected) const {
  source_.refuse(token().at, fmt::format("expected {}, not {}", expected, shown(token())));
}

void Parser::check_depth(size_t at, size_t depth) const {
  if (depth > kMaxNesting) {
    source_.refuse(at, fmt::format("the template is nested more than {} deep", kMaxNesting));
  }
}

ExpressionPtr Parser::made(Op op, size_t at) const {
  auto node = std::make_unique<Expression>();
  node->op = op;
  node->at = at;
  return node;
}

ExpressionPtr Parser::made(Op op, size_t at, ExpressionPtr first, ExpressionPtr second) const {
  ExpressionPtr node = made(op, at);
  add(*node, std::move(first));
  if (second) add(*node, std::move(second));
  return node;
}

void Parser::add(Expression& node, ExpressionPtr part) const {
  deepen(node, part);
  node.parts.push_back(std::move(part));
}

void Parser::deepen(Expression& node, const ExpressionPtr& part) const {
  if (!part) return;
  node.depth = std::max(node.depth, part->depth + 1);
  check_depth(node.at, node.depth);
}

StatementPtr Parser::made(Action action, size_t at) const {
  auto node = std::make_unique<Statement>();
  node->action = action;
  node->at = at;
  return node;
}

Symbol Parser::read_name(std::string_view name) {
  for (Signature* around : signatures_) {
    around->takes_caller |= name == "caller";
    around->takes_names |= name == "kwargs";
    around->takes_places |= name == "varargs";
  }
  return names_.number(name);
}

}  // namespace twofold::jinja
