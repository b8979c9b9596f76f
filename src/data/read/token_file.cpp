#include "data/read/token_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/error.h"
#include "formats/file_kind.h"

namespace twofold {
namespace {

static_assert(std::endian::native == std::endian::little, "dataset files are little-endian");

// Looked at in one go by a loop that the compiler vectorises; the offender is then searched inside.
constexpr size_t kScanned = size_t{1} << 16;

/// Index of the first element above `largest`, or the size if there is none.
template <class T>
size_t first_above(std::span<const T> values, T largest) {
  for (size_t begin = 0; begin < values.size(); begin += kScanned) {
    const auto part = values.subspan(begin, std::min(kScanned, values.size() - begin));
    T most = 0;
    for (const T value : part) most = std::max(most, value);
    if (most <= largest) continue;
    const auto offender = std::find_if(part.begin(), part.end(), [&](T v) { return v > largest; });
    return begin + static_cast<size_t>(offender - part.begin());
  }
  return values.size();
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Whether the file seems to hold 16-bit ids, as nanoGPT writes them: all are in the vocabulary,
/// and few are zero where 32-bit ids would have zeros.
bool seems_16_bit(std::span<const std::byte> bytes, int64_t vocab_size) {
  if (vocab_size > UINT16_MAX) return false;
  const std::span halves(reinterpret_cast<const uint16_t*>(bytes.data()), bytes.size() / 2);
  if (first_above(halves, static_cast<uint16_t>(vocab_size - 1)) < halves.size()) return false;
  size_t zeros = 0;
  for (size_t i = 1; i < halves.size(); i += 2) zeros += halves[i] == 0 ? 1 : 0;
  return zeros * 4 < halves.size();
}

/// Throws the Error for a file that cannot be a token file, with what it seems to be instead.
[[noreturn]] void refuse(std::span<const std::byte> bytes, int64_t vocab_size, Problem problem) {
  if (const formats::FileKind* kind = formats::kind_of_bytes(text_of(bytes))) {
    problem.found = kind->name;
    problem.hint = kind->hint;
  } else if (seems_16_bit(bytes, vocab_size)) {
    problem.found += "; as 16-bit numbers they would all be ids";
    problem.hint =
        "make 32-bit ids of it: numpy.fromfile(FILE, \"uint16\").astype(\"uint32\").tofile(NEW)";
  }
  fail(std::move(problem));
}

}  // namespace

TokenFile::TokenFile(const Path& path, int64_t vocab_size) : file_(path) {
  TWOFOLD_EXPECT(vocab_size >= 1, "a vocabulary has at least one token");
  const auto bytes = file_.bytes();
  if (bytes.size() % sizeof(uint32_t) != 0)
    refuse(bytes, vocab_size,
           {.what = "the token file is not a whole number of tokens",
            .where = path.string(),
            .expected = "a size that is a multiple of 4 bytes (uint32, little-endian)",
            .found = fmt::format("{} bytes", bytes.size()),
            .hint = "it may have been cut off; make it again"});
  if (bytes.empty())
    fail({.what = "the token file is empty",
          .where = path.string(),
          .expected = "at least one token",
          .found = "0 bytes",
          .hint = "make the dataset again"});
  const std::span ids(reinterpret_cast<const uint32_t*>(bytes.data()), bytes.size() / 4);
  const auto largest = static_cast<uint32_t>(std::min<int64_t>(vocab_size - 1, INT32_MAX));
  const size_t offender = first_above(ids, largest);
  if (offender < ids.size())
    refuse(bytes, vocab_size,
           {.what = "a token id is outside the vocabulary",
            .where = fmt::format("{}, byte offset {}", path.string(), offender * 4),
            .expected = fmt::format("ids below vocab_size = {}", vocab_size),
            .found = fmt::format("id {} (token {})", ids[offender], offender),
            .hint = "set architecture/vocab_size to the tokenizer's, or tokenize again"});
  tokens_ = {reinterpret_cast<const int32_t*>(ids.data()), ids.size()};
}

MaskFile::MaskFile(const Path& path, const TokenFile& tokens) : file_(path) {
  const auto bytes = file_.bytes();
  mask_ = {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
  if (static_cast<int64_t>(mask_.size()) != tokens.size())
    fail({.what = "mask and tokens have different lengths",
          .where = path.string(),
          .expected = fmt::format("{} bytes, one for each token of {}", tokens.size(),
                                  tokens.path().filename().string()),
          .found = fmt::format("{} bytes", mask_.size()),
          .hint = "one of the two was cut off or belongs to another dataset; make it again"});
  const size_t offender = first_above<uint8_t>(mask_, 1);
  if (offender < mask_.size())
    fail({.what = "a mask byte is neither 0 nor 1",
          .where = fmt::format("{}, byte offset {}", path.string(), offender),
          .expected = "1 (real token) or 0",
          .found = fmt::format("{}", mask_[offender]),
          .hint = "write 1 for every token that is trained on, 0 for the others"});
}

}  // namespace twofold
