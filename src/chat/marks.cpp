#include "chat/marks.h"

#include <algorithm>

#include "base/error.h"
#include "unicode/character.h"

namespace twofold::chat {
namespace {

using nlohmann::ordered_json;

/// Tokenizers of numbers have as many tokens as there are numbers, and no marks.
constexpr int64_t kMostTokens = int64_t{1} << 24;

/// Changes or reads each text in `value`, but for the roles of messages.
template <class Json, class Visit>
void each_text(Json& value, const Visit& visit) {
  if (value.is_string()) {
    visit(value);
  } else if (value.is_array()) {
    for (auto& item : value) each_text(item, visit);
  } else if (value.is_object()) {
    for (auto item = value.begin(); item != value.end(); ++item) {
      if (item.key() != "role") each_text(item.value(), visit);
    }
  }
}

/// A character that the text does not have: one of those that Unicode keeps for programs.
std::string unused_character(const std::string& text) {
  constexpr uint32_t kFirst = 0xFDD0, kLast = 0xFDEF;
  for (uint32_t code = kFirst; code <= kLast; ++code) {
    std::string character;
    append_character(character, code);
    if (text.find(character) == text.npos) return character;
  }
  fail({.what = "the conversation has all 32 of Unicode's noncharacters U+FDD0 to U+FDEF",
        .hint = "set data/content_marks to ids"});
}

}  // namespace

bool is_mark(const Tokenizer& tokenizer, int32_t id) {
  if (tokenizer.is_special(id)) return true;
  const std::string text = tokenizer.decode({&id, 1});
  return text.size() > 4 && text.starts_with("<|") && text.ends_with("|>");
}

Marks::Marks(const Tokenizer& tokenizer) {
  if (tokenizer.vocab_size() > kMostTokens) return;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (!tokenizer.is_special(id)) continue;
    const std::string text = tokenizer.decode({&id, 1});
    if (text.empty() || tokenizer.encode(text) != std::vector<int32_t>{id}) continue;
    by_first_byte_[static_cast<uint8_t>(text[0])].push_back(text);
  }
  for (std::vector<std::string>& texts : by_first_byte_) {
    std::ranges::sort(texts, std::ranges::greater(), &std::string::size);
  }
}

std::vector<ByteSpan> Marks::find(std::string_view text) const {
  std::vector<ByteSpan> found;
  for (size_t at = 0; at < text.size(); ++at) {
    const std::vector<std::string>& marks = by_first_byte_[static_cast<uint8_t>(text[at])];
    const auto mark = std::ranges::find_if(
        marks, [&](const std::string& one) { return text.substr(at).starts_with(one); });
    if (mark == marks.end()) continue;
    found.push_back({at, at + mark->size()});
    at += mark->size() - 1;
  }
  return found;
}

int64_t count_marks(const Marks& marks, const ordered_json& messages) {
  int64_t count = 0;
  each_text(messages, [&](const ordered_json& text) {
    count += std::ssize(marks.find(text.get_ref<const std::string&>()));
  });
  return count;
}

MarkGuards::MarkGuards(const Marks& marks, ordered_json& messages)
    : guard_(unused_character(messages.dump())) {
  each_text(messages, [&](ordered_json& value) {
    auto& text = value.get_ref<std::string&>();
    std::vector<ByteSpan> found = marks.find(text);
    for (auto mark = found.rbegin(); mark != found.rend(); ++mark) text.insert(mark->begin, guard_);
  });
}

std::vector<size_t> MarkGuards::take_out(std::string& text) const {
  std::vector<size_t> places;
  std::string rest;
  size_t done = 0;
  for (size_t at = text.find(guard_); at != text.npos; at = text.find(guard_, done)) {
    rest.append(text, done, at - done);
    places.push_back(rest.size());
    done = at + guard_.size();
  }
  text = rest.append(text, done);
  return places;
}

}  // namespace twofold::chat
