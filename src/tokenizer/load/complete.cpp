#include "tokenizer/load/complete.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "formats/json.h"
#include "tokenizer/bpe/rank_file.h"
#include "tokenizer/huggingface/json.h"
#include "tokenizer/load/all_tokens.h"
#include "tokenizer/sentencepiece/piece_file.h"
#include "tokenizer/tiktoken/encodings.h"

namespace twofold {
namespace {

using formats::JsonReader;
using hf::AddedToken;
using nlohmann::json;

/// An id as a file writes it, if it can be one.
std::optional<int64_t> id_of(const json& value) {
  const auto id = formats::integer_of(value);
  return id && *id >= 0 && *id < RankTable::kMaxRanks ? id : std::nullopt;
}

/// "vocab": an object of texts and ids; of a Unigram model an array of pairs.
std::optional<int64_t> find_in(const json& vocabulary, const std::string& text) {
  if (vocabulary.is_object()) {
    const auto found = vocabulary.find(text);
    return found == vocabulary.end() ? std::nullopt : id_of(*found);
  }
  for (size_t i = 0; vocabulary.is_array() && i < vocabulary.size(); ++i) {
    const json& pair = vocabulary[i];
    if (pair.is_array() && !pair.empty() && pair[0] == text) return static_cast<int64_t>(i);
  }
  return std::nullopt;
}

std::vector<AddedToken> tokens_of(const JsonReader& document) {
  std::vector<AddedToken> tokens;
  const auto list = document.find("added_tokens");
  if (!list) return tokens;
  for (const JsonReader& node : list->items()) {
    tokens.push_back(hf::read_added_token(node));
    tokens.back().id = static_cast<int32_t>(node.at("id").integer(0, RankTable::kMaxRanks - 1));
  }
  return tokens;
}

json as_json(const std::vector<AddedToken>& tokens) {
  json list = json::array();
  for (const AddedToken& token : tokens) {
    list.push_back({{"id", token.id},
                    {"content", token.content},
                    {"single_word", token.single_word},
                    {"lstrip", token.lstrip},
                    {"rstrip", token.rstrip},
                    {"normalized", token.normalized},
                    {"special", token.special}});
  }
  return list;
}

/// What is put around a text: the ids of two tokens, where there are any.
hf::SpecialTokenTemplate around(std::optional<int64_t> before, std::optional<int64_t> after) {
  hf::SpecialTokenTemplate result;
  if (before) result.before.push_back(static_cast<int32_t>(*before));
  if (after) result.after.push_back(static_cast<int32_t>(*after));
  return result;
}

std::optional<int64_t> find_token(const std::vector<AddedToken>& tokens, const std::string& text) {
  const auto found = std::find_if(tokens.begin(), tokens.end(),
                                  [&](const AddedToken& token) { return token.content == text; });
  return found == tokens.end() ? std::nullopt : std::optional<int64_t>(found->id);
}

json special_item(const std::string& text) {
  return {{"SpecialToken", {{"id", text}, {"type_id", 0}}}};
}

/// The "post_processor" of a pair of files, which has none of its own.
json marks_around(const FilesBeside& beside, const std::vector<AddedToken>& tokens) {
  json single = json::array({{{"Sequence", {{"id", "A"}, {"type_id", 0}}}}});
  json texts = json::object();
  const auto add = [&](bool wanted, const std::string& named, bool before) {
    const bool none = named.empty() && before && beside.tokenizer_class.starts_with("Qwen2");
    const std::string text = named.empty() && !none ? "<|endoftext|>" : named;
    const auto id = find_token(tokens, text);
    if (!wanted || !id) return;
    texts[text] = {{"id", text}, {"ids", json::array({*id})}, {"tokens", json::array({text})}};
    single.insert(before ? single.begin() : single.end(), special_item(text));
  };
  add(beside.add_bos.value_or(false), beside.bos, true);
  add(beside.add_eos.value_or(false), beside.eos, false);
  if (texts.empty()) return {};
  return {{"type", "TemplateProcessing"}, {"single", single}, {"special_tokens", texts}};
}

void complete_document(TokenizerFile& file) {
  const auto model = file.document.find("model");
  static const json kNone;
  const json& words = model != file.document.end() && model->is_object() && model->contains("vocab")
                          ? model->at("vocab")
                          : kNone;
  const Vocabulary vocabulary = {
      .find = [&](const std::string& text) { return find_in(words, text); },
      .size = std::ssize(words)};
  const JsonReader document = hf::read_tokenizer_json(file.document, file.path.string());
  const std::vector<AddedToken> tokens =
      with_tokens_beside(tokens_of(document), file.beside, vocabulary);
  file.extension.end = end_beside(file.beside, tokens, vocabulary);
  if (!file.beside.any) return;
  const json marks = file.pair ? marks_around(file.beside, tokens) : json();
  file.document["added_tokens"] = as_json(tokens);
  if (!marks.is_null()) file.document["post_processor"] = marks;
}

AddedToken special_token(std::string_view text, int64_t id) {
  AddedToken token;
  token.id = static_cast<int32_t>(id);
  token.content = token.pattern = text;
  token.special = true;
  return token;
}

/// Pieces that stand for no text: to SentencePiece their texts are ordinary, to transformers not.
std::vector<AddedToken> marks_of(const PieceFile& model) {
  std::vector<AddedToken> marks;
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    const PieceFile::Piece& piece = model.pieces[id];
    const bool mark = piece.type == PieceFile::kControl || piece.type == PieceFile::kUnknown;
    if (mark && !piece.text.empty()) {
      marks.push_back(special_token(piece.text, static_cast<int64_t>(id)));
    }
  }
  return marks;
}

hf::SpecialTokenTemplate around(const FilesBeside& beside, const PieceFile& model,
                                const std::vector<AddedToken>& tokens) {
  const auto mark = [&](bool wanted, const std::string& named, int64_t own) {
    if (!wanted) return std::optional<int64_t>();
    if (!named.empty()) return find_token(tokens, named);
    return own < 0 ? std::nullopt : std::optional<int64_t>(own);
  };
  return around(mark(beside.add_bos.value_or(true), beside.bos, model.bos_id),
                mark(beside.add_eos.value_or(false), beside.eos, model.eos_id));
}

void complete_pieces(TokenizerFile& file) {
  const auto model = PieceFile::read(file.bytes);
  if (!model) return;  // refused by the library, which says why
  std::unordered_map<std::string_view, int64_t> ids;
  for (size_t id = 0; id < model->pieces.size(); ++id) {
    ids.emplace(model->pieces[id].text, static_cast<int64_t>(id));
  }
  const Vocabulary vocabulary = {.find = [&](const std::string& text) -> std::optional<int64_t> {
                                   const auto found = ids.find(text);
                                   if (found == ids.end()) return std::nullopt;
                                   return found->second;
                                 },
                                 .size = std::ssize(model->pieces),
                                 .renamed = true};  // placeholders, as of InternLM2
  const FilesBeside& beside = file.beside;
  TokenizerExtension& extension = file.extension;
  if (beside.any) extension.tokens = with_tokens_beside(marks_of(*model), beside, vocabulary);
  extension.end = end_beside(beside, extension.tokens, vocabulary);
  if (!beside.any) return;
  extension.around = around(beside, *model, extension.tokens);
  extension.repairs = true;
  extension.strips = model->remove_spaces;
  if (model->suffix_space) return;
  const SpacePrefix wanted = beside.legacy ? SpacePrefix::kEach : SpacePrefix::kFirst;
  extension.prefix =
      beside.prefix_space.value_or(model->dummy_prefix) ? wanted : SpacePrefix::kNone;
}

void complete_ranks(TokenizerFile& file) {
  if (!file.beside.any && !file.beside.end_id) return;
  const std::string name = file.path.string();
  const RankTable ranks = parse_ranks(file.bytes, name);
  const Encoding encoding = find_encoding_of(ranks.size(), name);
  std::vector<AddedToken> own;
  for (const auto& [text, id] : encoding.specials) {
    own.push_back(special_token(text, id));
  }
  const Vocabulary vocabulary = {.find = [&](const std::string& text) -> std::optional<int64_t> {
                                   const uint32_t rank = ranks.find(text);
                                   if (rank == RankTable::kNone) return std::nullopt;
                                   return rank;
                                 },
                                 .size = ranks.end()};
  const std::ptrdiff_t known = std::ssize(own);
  std::vector<AddedToken> all = with_tokens_beside(std::move(own), file.beside, vocabulary);
  TokenizerExtension& extension = file.extension;
  extension.end = end_beside(file.beside, all, vocabulary);
  const auto before =
      file.beside.add_bos.value_or(false) ? find_token(all, file.beside.bos) : std::nullopt;
  const auto after = file.beside.add_eos.value_or(false) ? extension.end : std::nullopt;
  if (before || after) extension.around = around(before, after);
  extension.repairs = true;
  extension.tokens.assign(all.begin() + known, all.end());
}

}  // namespace

void complete(TokenizerFile& file) {
  using Kind = TokenizerFile::Kind;
  if (file.kind == Kind::kJson) complete_document(file);
  if (file.kind == Kind::kSentencePiece) complete_pieces(file);
  if (file.kind == Kind::kRanks) complete_ranks(file);
}

}  // namespace twofold
