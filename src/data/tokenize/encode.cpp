#include "data/tokenize/encode.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "data/forms/alpaca.h"

namespace twofold {
namespace {

class Encoder {
 public:
  Encoder(const TokenizeConfig& config, const Tokenizer& tokenizer, const std::string& where)
      : config_(config), tokenizer_(tokenizer), where_(where) {}

  Encoded operator()(const forms::Text& text) const {
    Encoded made{.ids = with_special(ids_of(text.text))};
    made.trained.assign(made.ids.size(), 1);
    made.ended = config_.tokenizer.add_special && ends(made.ids);
    return made;
  }

  Encoded operator()(const forms::Completion& completion) const {
    const std::vector<int32_t> bare = ids_of(completion.prompt + completion.completion);
    const std::vector<int32_t> prompt = ids_of(completion.prompt);
    // A token that holds letters of both belongs to the completion.
    const auto same = std::mismatch(bare.begin(), bare.end(), prompt.begin(), prompt.end()).first;
    Encoded made{.ids = with_special(bare)};
    const auto begin = std::search(made.ids.begin(), made.ids.end(), bare.begin(), bare.end());
    const auto given = (begin - made.ids.begin()) + (same - bare.begin());
    if (!ends(made.ids)) made.ids.push_back(tokenizer_.eot_token());
    made.ended = true;
    made.trained.assign(made.ids.size(), 1);
    std::fill_n(made.trained.begin(), given, 0);
    return made;
  }

  Encoded operator()(const forms::Instruction& instruction) const {
    return (*this)(forms::completion_of(instruction));
  }

  Encoded operator()(const forms::Conversation&) const {
    fail({.what = "conversations are not tokenized",
          .where = where_,
          .expected = "a text, or a prompt and a completion",
          .found = "messages",
          .hint = "render them to texts first: twofold render"});
  }

 private:
  std::vector<int32_t> ids_of(const std::string& text) const {
    try {
      return tokenizer_.encode_ordinary(text);
    } catch (const Error& error) {  // a tokenizer knows no files
      std::vector<Problem> problems = error.problems();
      for (Problem& problem : problems) {
        problem.where = fmt::format("{}, {}", where_, problem.where);
      }
      throw Error(std::move(problems));
    }
  }

  bool ends(const std::vector<int32_t>& ids) const {
    return !ids.empty() && ids.back() == tokenizer_.eot_token();
  }

  std::vector<int32_t> with_special(std::vector<int32_t> ids) const {
    return config_.tokenizer.add_special ? tokenizer_.with_special(std::move(ids)) : ids;
  }

  const TokenizeConfig& config_;
  const Tokenizer& tokenizer_;
  const std::string& where_;
};

}  // namespace

Encoded encode(const TokenizeConfig& config, const Tokenizer& tokenizer,
               const forms::Example& example) {
  return std::visit(Encoder(config, tokenizer, example.where), example.content);
}

}  // namespace twofold
