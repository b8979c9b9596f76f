#include "jinja/template.h"

#include <nlohmann/json.hpp>

#include "jinja/evaluator.h"
#include "jinja/from_json.h"
#include "jinja/lexer.h"
#include "jinja/parser.h"

namespace twofold::jinja {
namespace {

/// Of a template's own texts: they are bounded by its size.
constexpr Limits kNoLimits{.steps = SIZE_MAX, .text = SIZE_MAX};

}  // namespace

struct Template::Parsed {
  Parsed(std::string_view text, std::string name)
      : source(text, std::move(name)), constants(kNoLimits) {
    body = Parser(source, constants, names).parse();
  }

  Source source;
  Heap constants;
  Names names;
  Body body;
};

Template::Template(std::string_view text, std::string name)
    : parsed_(std::make_unique<Parsed>(text, std::move(name))) {}
Template::~Template() = default;
Template::Template(Template&&) noexcept = default;

Rendered Template::render(const nlohmann::ordered_json& variables, const Settings& settings) const {
  Heap heap(settings.limits);
  Evaluator evaluator(heap, parsed_->names, settings);
  try {
    for (const auto& [name, value] : variables.items()) {
      const std::optional<Symbol> symbol = parsed_->names.find(name);
      if (symbol) evaluator.define(*symbol, from_json(heap, value));
    }
    evaluator.run(parsed_->body);
  } catch (const Refusal& refusal) {
    parsed_->source.refuse(evaluator.at(), refusal.what);
  }
  return {std::move(evaluator.text()), std::move(evaluator.generated())};
}

}  // namespace twofold::jinja
