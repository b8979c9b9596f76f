#pragma once
// Which part of a conversation's text each of its messages became.

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "chat/templates.h"
#include "twofold/tokenizer_interface.h"

namespace twofold::chat {

/// What a message became.
struct TurnSpan {
  ByteSpan span;
  /// The template wrote no more for the message; else a mark that ends the turn may follow.
  bool whole = true;
};

/// A template says nothing of that. But the text of the first messages is, with most templates, how
/// the text of all begins; where it is not, the text is compared with that of another message in
/// the same place.
class Turns {
 public:
  /// `variables` gave `text`. All are kept by reference; the variables are changed for a while, and
  /// back again.
  Turns(const Templates& templates, nlohmann::ordered_json& variables, std::string_view text)
      : templates_(templates), variables_(variables), text_(text) {}

  /// An assistant's message begins behind what asks for it (add_generation_prompt). An Error if its
  /// part cannot be told.
  TurnSpan of(size_t message);

 private:
  /// The length of the text of the first `messages`, if that is how the whole text begins.
  std::optional<size_t> length_of(size_t messages, bool generation_prompt);
  std::optional<size_t> begin_of(size_t message);
  std::optional<size_t> end_of(size_t message);
  /// What changes in the text when the message says something else.
  std::optional<ByteSpan> contents_of(size_t message);

  const Templates& templates_;
  nlohmann::ordered_json& variables_;
  std::string_view text_;
  std::map<std::pair<size_t, bool>, std::optional<size_t>> lengths_;
};

}  // namespace twofold::chat
