// Statements around a body of their own: macros, calls, captured text, generated text.

#include <fmt/format.h>

#include "jinja/parser.h"
#include "jinja/temporarily.h"

namespace twofold::jinja {

StatementPtr Parser::parse_set(size_t at) {
  StatementPtr node = made(Action::kSet, at);
  node->targets.push_back(parse_target(true));
  if (skip_operator("=")) {
    node->values.push_back(parse_tuple());
    return node;
  }
  node->action = Action::kSetBlock;
  node->filter = parse_filter(nullptr);
  const Temporarily unconditional(conditional_, false);
  node->body = parse_block({"endset"});
  close("endset");
  return node;
}

void Parser::parse_signature(Signature& signature) {
  take_operator("(");
  while (!sees_operator(")")) {
    const Token& name = take(TokenKind::kName, "a parameter's name");
    Signature::Parameter parameter{names_.number(name.text), name.text, {}};
    if (skip_operator("=")) {
      parameter.otherwise = parse_expression();
    } else if (!signature.parameters.empty() && signature.parameters.back().otherwise) {
      source_.refuse(name.at, "a parameter without a default after one with a default");
    }
    signature.parameters.push_back(std::move(parameter));
    if (!sees_operator(")")) take_operator(",");
  }
  take_operator(")");
}

Body Parser::parse_function_body(Signature& signature, Ends ends) {
  const Temporarily outside(loops_, size_t{0});
  const Temporarily unconditional(conditional_, false);
  signatures_.push_back(&signature);
  Body body = parse_block(ends);
  signatures_.pop_back();
  for (const Signature::Parameter& parameter : signature.parameters) {
    if (parameter.name == "caller") signature.takes_caller = false;
    if (parameter.name == "kwargs") signature.takes_names = false;
    if (parameter.name == "varargs") signature.takes_places = false;
  }
  return body;
}

StatementPtr Parser::parse_macro(size_t at) {
  StatementPtr node = made(Action::kMacro, at);
  const Token& name = take(TokenKind::kName, "a macro's name");
  node->text = name.text;
  node->symbol = names_.number(name.text);
  parse_signature(node->signature);
  node->body = parse_function_body(node->signature, {"endmacro"});
  close("endmacro");
  return node;
}

StatementPtr Parser::parse_call_block(size_t at) {
  StatementPtr node = made(Action::kCallBlock, at);
  node->text = "caller";
  if (sees_operator("(")) parse_signature(node->signature);
  node->values.push_back(parse_expression());
  if (node->values[0]->op != Op::kCall) source_.refuse(at, "'call' needs the call of a macro");
  node->body = parse_function_body(node->signature, {"endcall"});
  close("endcall");
  return node;
}

StatementPtr Parser::parse_filter_block(size_t at) {
  StatementPtr node = made(Action::kFilterBlock, at);
  const Temporarily unconditional(conditional_, false);
  ExpressionPtr first = made(Op::kFilter, token().at);
  first->parts.emplace_back();
  first->constant = constant_text(parse_dotted_name());
  find_function(*first, true);
  if (sees_operator("(")) parse_arguments(*first);
  node->filter = parse_filter(std::move(first));
  node->body = parse_block({"endfilter"});
  close("endfilter");
  return node;
}

StatementPtr Parser::parse_with(size_t at) {
  StatementPtr node = made(Action::kWith, at);
  while (token().kind != TokenKind::kBlockEnd) {
    if (!node->targets.empty()) take_operator(",");
    node->targets.push_back(parse_target(false));
    take_operator("=");
    node->values.push_back(parse_expression());
  }
  const Temporarily unconditional(conditional_, false);
  node->body = parse_block({"endwith"});
  close("endwith");
  return node;
}

StatementPtr Parser::parse_generation(size_t at) {
  StatementPtr node = made(Action::kGeneration, at);
  node->body = parse_function_body(node->signature, {"endgeneration"});
  close("endgeneration");
  return node;
}

}  // namespace twofold::jinja
