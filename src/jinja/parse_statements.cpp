// Statements: text, output, conditions, loops, assignments.

#include <fmt/format.h>

#include <algorithm>

#include "jinja/limits.h"
#include "jinja/parser.h"
#include "jinja/parser_nesting.h"
#include "jinja/temporarily.h"

namespace twofold::jinja {

Body Parser::parse() {
  Body body = parse_body({});
  if (!unknown_.empty()) {
    const size_t at = unknown_.front();
    const auto named = std::ranges::find(tokens_, at, &Token::at);
    source_.refuse(at, fmt::format("there is no filter or test '{}'", named->text));
  }
  return body;
}

Body Parser::parse_body(Ends ends) {
  const Nesting nesting(*this);
  Body body;
  while (token().kind != TokenKind::kEnd) {
    if (token().kind == TokenKind::kData) {
      body.push_back(made(Action::kText, token().at));
      body.back()->text = take().text;
    } else if (token().kind == TokenKind::kVariableBegin) {
      parse_output(body);
    } else {
      const bool is_end = token(1).kind == TokenKind::kName &&
                          std::find(ends.begin(), ends.end(), token(1).text) != ends.end();
      ++at_;
      if (is_end) return body;
      body.push_back(parse_statement());
      take(TokenKind::kBlockEnd, "the end of the statement");
    }
  }
  if (ends.size() > 0) {
    source_.refuse(token().at, fmt::format("the template ends without '{}'", *(ends.end() - 1)));
  }
  return body;
}

void Parser::parse_output(Body& body) {
  body.push_back(made(Action::kOutput, take().at));
  body.back()->values.push_back(parse_tuple());
  take(TokenKind::kVariableEnd, "the end of the expression");
}

Body Parser::parse_block(Ends ends) {
  skip_operator(":");
  take(TokenKind::kBlockEnd, "the end of the statement");
  return parse_body(ends);
}

void Parser::close(std::string_view end) { take_name(end); }

StatementPtr Parser::parse_statement() {
  const Token& tag = take(TokenKind::kName, "the name of a statement");
  const std::string_view name = tag.text;
  if (name == "if") return parse_if(tag.at);
  if (name == "for") return parse_for(tag.at);
  if (name == "set") return parse_set(tag.at);
  if (name == "macro") return parse_macro(tag.at);
  if (name == "call") return parse_call_block(tag.at);
  if (name == "filter") return parse_filter_block(tag.at);
  if (name == "with") return parse_with(tag.at);
  if (name == "generation") return parse_generation(tag.at);
  if (name == "break") return parse_loop_control(tag.at, Action::kBreak);
  if (name == "continue") return parse_loop_control(tag.at, Action::kContinue);
  source_.refuse(tag.at, fmt::format("the statement '{}' is not known here", name));
}

StatementPtr Parser::parse_if(size_t at) {
  StatementPtr node = made(Action::kIf, at);
  const Temporarily conditional(conditional_, true);
  std::string_view tag = "if";
  while (tag != "endif") {
    Branch branch;
    if (tag != "else") branch.condition = parse_tuple(false);
    branch.body = tag == "else" ? parse_block({"endif"}) : parse_block({"elif", "else", "endif"});
    node->branches.push_back(std::move(branch));
    tag = take().text;
  }
  return node;
}

StatementPtr Parser::parse_for(size_t at) {
  StatementPtr node = made(Action::kFor, at);
  ++loops_;
  node->targets.push_back(parse_target(false));
  take_name("in");
  node->values.push_back(parse_tuple(false, "recursive"));
  const Temporarily unconditional(conditional_, false);
  if (skip_name("if")) node->filter = parse_expression();
  node->recursive = skip_name("recursive");
  node->body = parse_block({"endfor", "else"});
  --loops_;
  if (take().text == "else") {
    node->branches.push_back({nullptr, parse_block({"endfor"})});
    close("endfor");
  }
  return node;
}

StatementPtr Parser::parse_loop_control(size_t at, Action action) {
  if (loops_ == 0) source_.refuse(at, "'break' and 'continue' are for loops");
  return made(action, at);
}

Target Parser::parse_target(bool with_fields) {
  const auto ends = [&] { return sees_operator("=") || sees_name("in") || ends_tuple("in"); };
  Target first = parse_one_target(with_fields);
  if (!sees_operator(",")) return first;
  Target all;
  all.is_several = true;
  all.several.push_back(std::move(first));
  while (skip_operator(",")) {
    if (ends()) break;
    all.several.push_back(parse_one_target(with_fields));
  }
  return all;
}

Target Parser::parse_one_target(bool with_fields) {
  const Nesting nesting(*this);
  if (skip_operator("(")) {
    Target inner = parse_target(with_fields);
    take_operator(")");
    return inner;
  }
  const Token& name = take(TokenKind::kName, "a name to assign to");
  for (const std::string_view constant : {"true", "false", "none", "True", "False", "None"}) {
    if (name.text == constant) source_.refuse(name.at, "a constant cannot be assigned to");
  }
  Target target;
  if (with_fields && skip_operator(".")) {
    target.symbol = read_name(name.text);
    target.field = take(TokenKind::kName, "a field's name").text;
    return target;
  }
  if (name.text == "loop" && loops_ > 0) {
    source_.refuse(name.at, "'loop' cannot be assigned to in a loop");
  }
  target.symbol = names_.number(name.text);
  return target;
}

}  // namespace twofold::jinja
