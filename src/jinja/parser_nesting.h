#pragma once
// How deeply the parser may call itself.

#include "jinja/limits.h"
#include "jinja/parser.h"

namespace twofold::jinja {

class Parser::Nesting {
 public:
  explicit Nesting(Parser& parser) : parser_(parser) {
    parser_.check_depth(parser_.token().at, ++parser_.nesting_);
  }
  ~Nesting() { --parser_.nesting_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  Parser& parser_;
};

}  // namespace twofold::jinja
