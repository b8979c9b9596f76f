#include "chat/encode.h"

#include <algorithm>
#include <optional>

#include "chat/conversation.h"
#include "chat/mask.h"
#include "chat/turn_ends.h"
#include "chat/turns.h"
#include "unicode/character_places.h"

namespace twofold::chat {
namespace {

using nlohmann::ordered_json;
using Spans = std::vector<ByteSpan>;

bool are_all_assistants(const ordered_json& messages, const Wanted& wanted) {
  for (size_t i = 0; i < messages.size(); ++i) {
    if (wanted.messages[i] != is_assistant(messages[i])) return false;
  }
  return !wanted.rest;
}

/// What is left of a text without `spans`, which are in its order.
Spans outside_of(const Spans& spans, size_t size) {
  Spans rest;
  size_t done = 0;
  for (const ByteSpan& span : spans) {
    if (done < span.begin) rest.push_back({done, span.begin});
    done = std::max(done, span.end);
  }
  if (done < size) rest.push_back({done, size});
  return rest;
}

void append_shared(const ByteSpan& span, const Spans& parts, Spans& to) {
  for (const ByteSpan& part : parts) {
    const ByteSpan both{std::max(span.begin, part.begin), std::min(span.end, part.end)};
    if (both.begin < both.end) to.push_back(both);
  }
}

}  // namespace

/// A conversation as a template wrote it.
struct Encoder::Written {
  std::string raw;             ///< with guards
  size_t guard_bytes = 0;      ///< of one of them
  std::string text;            ///< without
  std::vector<size_t> guards;  ///< where they were in `text`
  Spans generated;             ///< in `text`
  EncodedText tokens = {};     ///< of `text`

  /// Places in `raw` as places in `text`.
  ByteSpan clean(const ByteSpan& span) const { return {clean(span.begin), clean(span.end)}; }
  size_t clean(size_t at) const {
    size_t before = 0;
    while (before < guards.size() && guards[before] + before * guard_bytes < at) ++before;
    return at - before * guard_bytes;
  }
};

Encoder::Encoder(const Templates& templates, const Tokenizer& tokenizer, ContentMarks content_marks)
    : templates_(templates),
      tokenizer_(tokenizer),
      marks_(tokenizer),
      content_marks_(content_marks) {}

Encoder::Written Encoder::write(const ordered_json& variables,
                                const std::optional<MarkGuards>& guards) const {
  jinja::Rendered rendered = templates_.write(variables);
  Written made{
      .raw = rendered.text, .text = std::move(rendered.text), .guards = {}, .generated = {}};
  if (guards) {
    made.guard_bytes = guards->bytes();
    made.guards = guards->take_out(made.text);
  }
  if (!rendered.generated.empty()) {
    const CharacterPlaces places(made.raw);
    for (const jinja::Span& span : rendered.generated) {
      made.generated.push_back(made.clean({places.byte_of(span.begin), places.byte_of(span.end)}));
    }
  }
  Spans ordinary;
  for (const size_t at : made.guards) ordinary.push_back({at, at + 1});
  made.tokens = tokenizer_.encode_with_offsets(made.text, ordinary);
  return made;
}

std::vector<ByteSpan> Encoder::learnt(ordered_json& variables, const Written& written,
                                      const Wanted& wanted) const {
  const ordered_json& messages = variables.at("messages");
  if (!written.generated.empty() && are_all_assistants(messages, wanted)) return written.generated;
  Turns turns(templates_, variables, written.raw);
  const TurnEnds ends(tokenizer_, written.text, written.tokens);
  Spans spans;  // of what is wanted; where the rest is wanted too, of what is not
  for (size_t i = 0; i < messages.size(); ++i) {
    if (wanted.messages[i] == wanted.rest) continue;
    const TurnSpan turn = turns.of(i);
    const ByteSpan span = ends.of({written.clean(turn.span), turn.whole});
    if (!wanted.rest && is_assistant(messages[i]) && !written.generated.empty()) {
      append_shared(span, written.generated, spans);
    } else {
      spans.push_back(span);
    }
  }
  return wanted.rest ? outside_of(spans, written.text.size()) : spans;
}

EncodedConversation Encoder::encode(ordered_json row, const Wanted& wanted) const {
  EncodedConversation made;
  ordered_json& messages = row["messages"];
  std::optional<MarkGuards> guards;
  made.marks = count_marks(marks_, messages);
  if (content_marks_ == ContentMarks::kText && made.marks > 0) guards.emplace(marks_, messages);
  ordered_json variables = templates_.variables(std::move(row));
  Written written = write(variables, guards);
  made.trained = trained_tokens(written.tokens.offsets, learnt(variables, written, wanted));
  made.ids = std::move(written.tokens.ids);
  return made;
}

}  // namespace twofold::chat
