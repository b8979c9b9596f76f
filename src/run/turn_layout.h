#pragma once
// How one question to a model is laid out as a turn of a chat.

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "base/file_texts.h"
#include "tokenizer/tokenizer.h"

namespace twofold {

class TurnLayout {
 public:
  /// By the chat template among a model's `files`. Without one: ChatML where its two marks are
  /// tokens, else the plain layout of Alpaca.
  TurnLayout(const FileTexts& files, const Tokenizer& tokenizer);
  ~TurnLayout();
  TurnLayout(TurnLayout&&) noexcept;

  /// What the model reads before it answers a user who says `message`, behind a turn of the
  /// system's, which may be empty. An Error if the template refuses it.
  std::string prompt(const std::string& system, const std::string& message) const;
  /// The token with which the model ends its turn, if the layout has one.
  std::optional<int32_t> end() const { return end_; }

 private:
  struct Template;
  /// The template's text of a row as `twofold render` takes it.
  std::string rendered(const nlohmann::ordered_json& row) const;
  /// The first token behind an answer, if it is a mark.
  std::optional<int32_t> end_of_turn(const Tokenizer& tokenizer) const;
  std::unique_ptr<Template> template_;  ///< null: none
  bool chatml_ = false;
  std::optional<int32_t> end_;
};

}  // namespace twofold
