#include "chat/turn_ends.h"

#include <algorithm>

#include "base/error.h"

namespace twofold::chat {

bool TurnEnds::is_blank(size_t begin, size_t end) const {
  return begin <= end &&
         text_.substr(begin, end - begin).find_first_not_of(" \t\r\n") == text_.npos;
}

size_t TurnEnds::behind_last_mark(const ByteSpan& span) const {
  for (size_t i = tokens_.ids.size(); i > 0; --i) {
    const ByteSpan& token = tokens_.offsets[i - 1];
    if (token.end <= span.begin) break;
    if (token.end > span.end || !is_mark(i - 1)) continue;
    return is_blank(token.end, span.end) ? token.end : span.end;
  }
  return span.end;
}

size_t TurnEnds::behind_next_mark(size_t end) const {
  for (size_t i = 0; i < tokens_.ids.size(); ++i) {
    const ByteSpan& token = tokens_.offsets[i];
    if (token.begin < end || !is_mark(i)) continue;
    return is_blank(end, token.begin) ? token.end : end;
  }
  return end;
}

ByteSpan TurnEnds::of(const TurnSpan& turn) const {
  return {turn.span.begin,
          turn.whole ? behind_last_mark(turn.span) : behind_next_mark(turn.span.end)};
}

std::optional<int32_t> end_of_turn(const Templates& templates, const Tokenizer& tokenizer) {
  const nlohmann::ordered_json row = {{"messages",
                                       {{{"role", "user"}, {"content", "Hello."}},
                                        {{"role", "assistant"}, {"content", "Good morning."}}}}};
  try {
    nlohmann::ordered_json variables = templates.variables(row);
    const std::string text = templates.write(variables).text;
    const EncodedText tokens = tokenizer.encode_with_offsets(text);
    const TurnSpan answer = Turns(templates, variables, text).of(1);
    const ByteSpan turn = TurnEnds(tokenizer, text, tokens).of(answer);
    const auto last = std::ranges::find(tokens.offsets, turn.end, &ByteSpan::end);
    if (last == tokens.offsets.end()) return std::nullopt;
    const int32_t id = tokens.ids[static_cast<size_t>(last - tokens.offsets.begin())];
    // The token of what is not in the vocabulary is a special one too.
    const std::string spelled = text.substr(last->begin, last->end - last->begin);
    const bool is_itself = spelled.find(tokenizer.decode({&id, 1})) != spelled.npos;
    return is_itself && is_mark(tokenizer, id) ? std::optional(id) : std::nullopt;
  } catch (const Error&) {  // a template for other conversations only
    return std::nullopt;
  }
}

}  // namespace twofold::chat
