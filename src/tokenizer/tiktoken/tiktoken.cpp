#include "tokenizer/tiktoken/tiktoken.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/error.h"
#include "base/is_file.h"
#include "base/text.h"
#include "tokenizer/bpe/bpe.h"
#include "tokenizer/bpe/rank_file.h"
#include "unicode/utf8.h"

namespace twofold {
namespace {

/// A pattern of all special texts, longest first so that none is hidden by its own beginning.
std::string any_of(const Encoding& encoding) {
  std::vector<std::string> texts;
  for (const auto& [text, id] : encoding.specials) texts.push_back(text);
  std::sort(texts.begin(), texts.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  std::string pattern;
  for (const std::string& text : texts) {
    if (!pattern.empty()) pattern += '|';
    for (char c : text) {
      if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) pattern += '\\';
      pattern += c;
    }
  }
  return pattern.empty() ? "(?!)" : pattern;
}

}  // namespace

TiktokenTokenizer::TiktokenTokenizer(Encoding encoding, RankTable ranks, const std::string& file)
    : ranks_(std::move(ranks)), pieces_(encoding.pattern), specials_(any_of(encoding)) {
  vocab_size_ = ranks_.end();
  for (const auto& [text, id] : encoding.specials) {
    if (ranks_.bytes_of(static_cast<uint32_t>(id))) {
      fail({.what = "a token of the rank file has the id of a special token",
            .where = file,
            .expected = fmt::format("id {} free for `{}` of {}", id, text, encoding.name),
            .found = fmt::format("{} ranks up to {}", ranks_.size(), ranks_.end() - 1),
            .hint = "is this the rank file of another encoding?"});
    }
    special_ids_.emplace(text, id);
    special_texts_.emplace(id, text);
    vocab_size_ = std::max<int64_t>(vocab_size_, int64_t{id} + 1);
  }
  eot_ = special_ids_.at(encoding.eot);
}

void TiktokenTokenizer::append_ordinary(RegexScan& scan, std::string_view text,
                                        std::vector<int32_t>& ids) const {
  size_t begin = 0;
  size_t end = 0;
  scan.read(text);
  for (size_t at = 0; at < text.size(); at = end) {
    if (!scan.find(at, begin, end)) break;
    TWOFOLD_EXPECT(end > begin, "a splitter's pattern matches nothing");
    encode_piece(ranks_, text.substr(begin, end - begin), ids);
  }
}

std::vector<int32_t> TiktokenTokenizer::encode_ordinary(std::string_view text) const {
  std::string storage;
  RegexScan scan(pieces_);
  std::vector<int32_t> ids;
  append_ordinary(scan, as_utf8(text, storage), ids);
  return ids;
}

std::vector<int32_t> TiktokenTokenizer::encode(std::string_view text) const {
  return encode(text, {});
}

std::vector<int32_t> TiktokenTokenizer::encode(std::string_view text,
                                               std::span<const ByteSpan> ordinary) const {
  std::string storage;
  text = as_utf8(text, storage);
  RegexScan scan(pieces_);
  RegexScan special_scan(specials_);
  std::vector<int32_t> ids;
  size_t begin = 0;
  size_t end = 0;
  size_t at = 0, from = 0;
  special_scan.read(text);
  while (special_scan.find(from, begin, end)) {
    from = end;
    if (overlaps(ordinary, {begin, end})) continue;
    append_ordinary(scan, text.substr(at, begin - at), ids);
    ids.push_back(special_ids_.find(text.substr(begin, end - begin))->second);
    at = end;
  }
  append_ordinary(scan, text.substr(at), ids);
  return ids;
}

EncodedText TiktokenTokenizer::encode_with_offsets(std::string_view text,
                                                   std::span<const ByteSpan> ordinary) const {
  EncodedText made{.ids = encode(text, ordinary), .offsets = {}};
  size_t at = 0;
  for (const int32_t id : made.ids) {
    const auto bytes = ranks_.bytes_of(static_cast<uint32_t>(id));
    const size_t end = at + (bytes ? bytes->size() : special_texts_.at(id).size());
    made.offsets.push_back({at, end});
    at = end;
  }
  return made;
}

std::string TiktokenTokenizer::decode(std::span<const int32_t> ids) const {
  std::string text;
  for (size_t i = 0; i < ids.size(); ++i) {
    check_id(ids[i], i, vocab_size_);
    if (auto bytes = ranks_.bytes_of(static_cast<uint32_t>(ids[i]))) {
      text += *bytes;
    } else if (auto special = special_texts_.find(ids[i]); special != special_texts_.end()) {
      text += special->second;
    } else {
      text += "\uFFFD";
    }
  }
  return text;
}

Path find_rank_file(const std::string& file, const Encoding& encoding) {
  if (!file.empty()) return file;
  std::vector<Path> folders;
  const char* cache = std::getenv("TIKTOKEN_CACHE_DIR");
  if (cache && *cache) folders.emplace_back(cache);
  std::error_code ignored;
  folders.push_back(std::filesystem::current_path(ignored));
  std::vector<std::string> looked;
  for (const Path& folder : folders) {
    for (const std::string& name : encoding.files) {
      if (is_file(folder / name)) return folder / name;
      looked.push_back((folder / name).string());
    }
  }
  fail({.what = fmt::format("no rank file for the tiktoken encoding {}", encoding.name),
        .where = "tokenizer/name, tokenizer/file",
        .expected = fmt::format("one of {}", join(looked, ", ")),
        .found = cache ? "none of them" : "none of them (TIKTOKEN_CACHE_DIR is not set)",
        .hint = fmt::format("give its path, tokenizer.file=/path/to/{}, or set TIKTOKEN_CACHE_DIR",
                            encoding.files.front())});
}

std::unique_ptr<Tokenizer> make_tiktoken_tokenizer(const std::string& name,
                                                   const std::string& file) {
  Encoding encoding = find_encoding(name);
  const Path path = find_rank_file(file, encoding);
  RankTable ranks = read_ranks(path);
  if (ranks.size() != encoding.ranks) {
    fail({.what = "rank file belongs to another encoding, or is incomplete",
          .where = path.string(),
          .expected = fmt::format("{} tokens for {}", encoding.ranks, encoding.name),
          .found = fmt::format("{} tokens", ranks.size()),
          .hint = "make tokenizer/name and tokenizer/file agree"});
  }
  return std::make_unique<TiktokenTokenizer>(std::move(encoding), std::move(ranks), path.string());
}

std::unique_ptr<Tokenizer> tiktoken_from_file(const Path& path) {
  RankTable ranks = read_ranks(path);
  Encoding encoding = find_encoding_of(ranks.size(), path.string());
  return std::make_unique<TiktokenTokenizer>(std::move(encoding), std::move(ranks), path.string());
}

}  // namespace twofold
