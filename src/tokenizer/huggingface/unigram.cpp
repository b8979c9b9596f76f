// Unigram: of all ways to write a piece as tokens, the one with the greatest sum of scores.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tokenizer/bpe/prefix_tree.h"
#include "tokenizer/huggingface/bpe_file.h"
#include "tokenizer/huggingface/model.h"

namespace twofold::hf {
namespace {

constexpr double kUnknownPenalty = 10.0;  // below the lowest score, as in SentencePiece

struct UnigramFile {
  RankTable vocabulary;
  std::vector<double> scores;
  int32_t unknown = -1;
  bool byte_fallback = false;
};

class Unigram : public Model {
 public:
  explicit Unigram(UnigramFile file) : file_(std::move(file)), tree_(file_.vocabulary) {
    lowest_ = std::numeric_limits<double>::infinity();
    for (double score : file_.scores) lowest_ = std::min(lowest_, score);
    fallback_ = find_byte_tokens(file_.vocabulary);
  }

  const RankTable& vocabulary() const override { return file_.vocabulary; }

  void encode(std::string_view piece, std::vector<int32_t>& ids) const override {
    for (const ByteSpan& token : tokens_of(piece)) append(part(piece, token), ids);
  }

  void offsets(std::string_view piece, std::span<const int32_t> /*ids*/,
               std::vector<ByteSpan>& spans) const override {
    std::vector<int32_t> ids;
    for (const ByteSpan& token : tokens_of(piece)) {
      ids.clear();
      append(part(piece, token), ids);
      if (ids.size() == 1) {
        spans.push_back(token);
      } else {
        for (size_t at = token.begin; at < token.end; ++at) spans.push_back({at, at + 1});
      }
    }
  }

 private:
  static constexpr size_t kNowhere = SIZE_MAX;
  struct Way {
    double score = 0;  // of the best way to here
    size_t begin = kNowhere;
    int32_t id = 0;
  };

  static std::string_view part(std::string_view piece, const ByteSpan& token) {
    return piece.substr(token.begin, token.end - token.begin);
  }

  /// The tokens of the best way, in their order; unknown characters side by side are one.
  std::vector<ByteSpan> tokens_of(std::string_view piece) const {
    const std::vector<Way> ends = best_ways(piece);
    std::vector<ByteSpan> tokens;  // last first
    bool fusing = false;
    for (size_t end = piece.size(); end > 0;) {
      const Way& way = ends[end];
      const bool unknown = way.id == file_.unknown && file_.unknown >= 0;
      if (unknown && fusing) {
        tokens.back().begin = way.begin;
      } else {
        tokens.push_back({way.begin, end});
      }
      fusing = unknown;
      end = way.begin;
    }
    std::ranges::reverse(tokens);
    return tokens;
  }

  std::vector<Way> best_ways(std::string_view piece) const {
    std::vector<Way> ends(piece.size() + 1);
    const double unknown_score = lowest_ - kUnknownPenalty;
    auto offer = [&](size_t begin, size_t end, double score, int32_t id) {
      score += ends[begin].score;
      if (ends[end].begin == kNowhere || score > ends[end].score) ends[end] = {score, begin, id};
    };
    for (size_t begin = 0; begin < piece.size();) {
      const auto lead = static_cast<uint8_t>(piece[begin]);
      const size_t character = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
      bool single = false;
      tree_.prefixes(piece.substr(begin), [&](size_t bytes, uint32_t id) {
        offer(begin, begin + bytes, file_.scores[id], static_cast<int32_t>(id));
        single = single || bytes == character;
      });
      if (!single) {
        if (file_.unknown < 0) {
          fail({.what = "the tokenizer has no token for a character, and none for unknown ones",
                .where = fmt::format("byte {} of a piece", begin),
                .expected = "characters of the vocabulary",
                .found = std::string(piece.substr(begin, character)),
                .hint = "take a tokenizer with unk_id, or leave the character out"});
        }
        offer(begin, begin + character, unknown_score, file_.unknown);
      }
      begin += character;
    }
    return ends;
  }

  void append(std::string_view token, std::vector<int32_t>& ids) const {
    const uint32_t id = file_.vocabulary.find(token);
    if (id != RankTable::kNone) {
      ids.push_back(static_cast<int32_t>(id));
      return;
    }
    bool all = file_.byte_fallback;
    for (char c : token) all = all && fallback_[static_cast<uint8_t>(c)] >= 0;
    if (!all) {
      ids.push_back(file_.unknown);
      return;
    }
    for (char c : token) ids.push_back(fallback_[static_cast<uint8_t>(c)]);
  }

  UnigramFile file_;
  PrefixTree tree_;
  double lowest_;
  std::array<int32_t, 256> fallback_;
};

}  // namespace

std::unique_ptr<Model> make_unigram(const JsonReader& node, bool byte_level) {
  if (byte_level) {
    node.refuse("unsupported: Unigram behind a ByteLevel pre_tokenizer", "Metaspace", "ByteLevel");
  }
  UnigramFile file;
  const JsonReader vocabulary = node.at("vocab");
  for (const auto& item : vocabulary.items()) {
    const std::vector<JsonReader> pair = item.items();
    if (pair.size() != 2) item.refuse("not a token", "[text, score]", item.value().dump());
    if (file.scores.size() == RankTable::kMaxRanks)
      vocabulary.refuse("too many tokens", "at most 2^24", "more");
    const std::string text = pair[0].text();
    if (!file.vocabulary.add(text, static_cast<uint32_t>(file.scores.size()))) {
      item.refuse("token is given twice", "each once", text);
    }
    file.scores.push_back(pair[1].number());
  }
  if (file.scores.empty()) vocabulary.refuse("no tokens", "at least one", "none");
  if (const auto unknown = node.find("unk_id")) {
    file.unknown =
        static_cast<int32_t>(unknown->integer(0, static_cast<int64_t>(file.scores.size()) - 1));
  }
  file.byte_fallback = node.flag("byte_fallback", false);
  return std::make_unique<Unigram>(std::move(file));
}

}  // namespace twofold::hf
