#pragma once
// Conversations as text, by the template that a model was trained with.
//
//   const twofold::ChatTemplate chat("path/to/Qwen3-0.6B");
//   std::string line = chat.render_line(R"({"messages": [{"role": "user", "content": "Hi"}]})",
//   "");

#include <filesystem>
#include <memory>
#include <string>

namespace twofold {

class ChatTemplate {
 public:
  /// `path`: a template's file, or a model's folder, whose tokenizer and special tokens are used
  /// too. `now`: what strftime_now() tells, "2026-01-31T12:00:00"; the clock's time if it is empty.
  /// An Error for a folder without a template and for what is no template.
  explicit ChatTemplate(const std::filesystem::path& path, const std::string& now = "");
  ~ChatTemplate();
  ChatTemplate(ChatTemplate&&) noexcept;

  /// What the template makes of the conversation {"messages": […], "tools": […],
  /// "add_generation_prompt": …}, as a JSON line without its end: {"text": …}, with a folder
  /// {"text": …, "ids": […], "mask": […]}, or {"error": …} if it refuses or the line is none.
  /// `mask` has a 1 for each token of a {% generation %} block. Other keys are variables of the
  /// template. `where` names the line in the error.
  std::string render_line(const std::string& line, const std::string& where) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace twofold
