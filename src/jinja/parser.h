#pragma once
// Tokens to a tree.

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "jinja/heap.h"
#include "jinja/lexer.h"
#include "jinja/tree.h"

namespace twofold::jinja {

/// The names of a template, numbered.
class Names {
 public:
  static constexpr Symbol kLoop = 0, kCaller = 1, kKwargs = 2, kVarargs = 3;

  Names();
  /// `name` must stay where it is.
  Symbol number(std::string_view name);
  std::optional<Symbol> find(std::string_view name) const;
  std::string_view name(Symbol symbol) const { return names_[symbol]; }

 private:
  std::unordered_map<std::string_view, Symbol> numbers_;
  std::vector<std::string_view> names_;
};

/// `constants` gets the template's texts. An Error with line and column for what is no template,
/// and for what twofold does not know, by name.
class Parser {
 public:
  Parser(const Source& source, Heap& constants, Names& names);
  Body parse();

 private:
  class Nesting;
  using Ends = std::initializer_list<std::string_view>;

  // ── tokens ──
  const Token& token(size_t ahead = 0) const;
  bool sees(TokenKind kind, std::string_view text, size_t ahead = 0) const;
  bool sees_operator(std::string_view text) const { return sees(TokenKind::kOperator, text); }
  bool sees_name(std::string_view text, size_t ahead = 0) const;
  bool skip_operator(std::string_view text);
  bool skip_name(std::string_view text);
  const Token& take() { return tokens_[at_++]; }
  const Token& take(TokenKind kind, const char* expected);
  void take_operator(std::string_view text);
  void take_name(std::string_view text);
  [[noreturn]] void refuse_token(const char* expected) const;

  // ── statements (parse_statements.cpp, parse_blocks.cpp) ──
  Body parse_body(Ends ends);
  void parse_output(Body& body);
  StatementPtr parse_statement();
  Body parse_block(Ends ends);  ///< from the end of a tag to one of the tags `ends`
  void close(std::string_view end);
  StatementPtr parse_if(size_t at);
  StatementPtr parse_for(size_t at);
  StatementPtr parse_set(size_t at);
  StatementPtr parse_macro(size_t at);
  StatementPtr parse_call_block(size_t at);
  StatementPtr parse_filter_block(size_t at);
  StatementPtr parse_with(size_t at);
  StatementPtr parse_generation(size_t at);
  StatementPtr parse_loop_control(size_t at, Action action);
  void parse_signature(Signature& signature);
  Body parse_function_body(Signature& signature, Ends ends);
  Target parse_target(bool with_fields);
  Target parse_one_target(bool with_fields);
  StatementPtr made(Action action, size_t at) const;

  // ── expressions (parse_expressions.cpp, parse_operands.cpp) ──
  ExpressionPtr parse_tuple(bool with_choice = true, std::string_view end = {});
  ExpressionPtr parse_expression(bool with_choice = true);
  ExpressionPtr parse_choice();
  ExpressionPtr parse_or();
  ExpressionPtr parse_and();
  ExpressionPtr parse_not();
  ExpressionPtr parse_comparison();
  bool take_comparison(Op& op);
  ExpressionPtr parse_sum();
  ExpressionPtr parse_concat();
  ExpressionPtr parse_product();
  ExpressionPtr parse_power();
  ExpressionPtr parse_unary(bool with_filter = true);
  ExpressionPtr parse_primary();
  ExpressionPtr parse_named(const Token& name);
  ExpressionPtr parse_strings();
  ExpressionPtr parse_number(const Token& number);
  ExpressionPtr parse_parenthesis();
  ExpressionPtr parse_list();
  ExpressionPtr parse_dict();
  ExpressionPtr parse_postfix(ExpressionPtr node);
  ExpressionPtr parse_filters(ExpressionPtr node);
  ExpressionPtr parse_filter(ExpressionPtr node);
  ExpressionPtr parse_test(ExpressionPtr node);
  ExpressionPtr parse_attribute(ExpressionPtr node);
  ExpressionPtr parse_item(ExpressionPtr node);
  ExpressionPtr parse_subscript(ExpressionPtr object, size_t at);
  ExpressionPtr parse_call(ExpressionPtr node);
  void find_function(Expression& node, bool is_filter);
  void parse_arguments(Expression& node);
  GivenArgument parse_argument(bool& only_names);
  std::string_view parse_dotted_name();
  ExpressionPtr made(Op op, size_t at) const;
  ExpressionPtr made(Op op, size_t at, ExpressionPtr first, ExpressionPtr second = {}) const;
  void add(Expression& node, ExpressionPtr part) const;
  void deepen(Expression& node, const ExpressionPtr& part) const;
  void check_depth(size_t at, size_t depth) const;
  bool ends_tuple(std::string_view end) const;
  Symbol read_name(std::string_view name);
  Value constant_text(std::string_view text) { return constants_.text(text); }

  const Source& source_;
  Heap& constants_;
  Names& names_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  size_t nesting_ = 0;
  size_t loops_ = 0;             ///< around what is parsed, within its macro
  bool conditional_ = false;     ///< in an `if`: an unknown filter is refused when it is met only
  std::vector<size_t> unknown_;  ///< where filters and tests are that nobody knows
  std::vector<Signature*> signatures_;  ///< of the macros around what is parsed
};

}  // namespace twofold::jinja
