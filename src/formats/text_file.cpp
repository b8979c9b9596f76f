#include "formats/text_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "formats/file_kind.h"
#include "twofold/text_lines.h"
#include "unicode/utf8.h"

namespace twofold {
namespace formats {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr const char* kTextExpected = "text in UTF-8";

/// The first byte of `rest`, which is not UTF-8 there.
std::string describe(std::string_view rest) {
  const std::string byte = fmt::format("byte 0x{:02x}", static_cast<unsigned char>(rest[0]));
  const bool alone = rest.size() == 1 || static_cast<unsigned char>(rest[1]) < 0x80;
  return alone ? byte + ", as texts in Latin-1 and Windows-1252 have" : byte;
}

}  // namespace

std::string_view without_byte_order_mark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

std::string_view take_line(std::string_view text, size_t& offset) {
  const size_t end = std::min(text.find('\n', offset), text.size());
  std::string_view line = text.substr(offset, end - offset);
  offset = std::min(end + 1, text.size());
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

void require_text_kind(std::string_view head, const std::string& file) {
  if (const FileKind* kind = kind_of_bytes(head); kind && !kind->is_also_text) {
    refuse_known_kind(head, file, kTextExpected);
  }
  constexpr long kTextShare = 10;  // a text may contain a stray zero byte, but not one in ten
  head = head.substr(0, kKindBytes);
  const auto zeros = std::count(head.begin(), head.end(), '\0');
  if (zeros * kTextShare <= std::ssize(head)) return;
  fail({.what = "not the kind of file that belongs here",
        .where = file,
        .expected = kTextExpected,
        .found = fmt::format("{} zero bytes among the first {}", zeros, head.size()),
        .hint =
            "if it is UTF-16 without a byte order mark, convert it: iconv -f UTF-16LE -t UTF-8"});
}

void require_utf8(std::string_view text, const TextPlace& place, const std::string& more) {
  const size_t valid = valid_utf8_prefix(text);
  if (valid == text.size()) return;
  const auto line =
      place.line + std::count(text.begin(), text.begin() + static_cast<long>(valid), '\n');
  fail({.what = "text that is not UTF-8",
        .where = fmt::format("{}:{} (byte {})", place.file, line, place.byte + valid),
        .expected = kTextExpected,
        .found = describe(text.substr(valid)),
        .hint = "convert the text to UTF-8 (iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW)" + more});
}

}  // namespace formats

std::vector<std::string> read_lines(const std::filesystem::path& file) {
  const std::string bytes = read_text(file);
  formats::require_text_kind(bytes, file.string());
  formats::require_utf8(bytes, {.file = file.string()});
  const std::string_view text = formats::without_byte_order_mark(bytes);
  std::vector<std::string> lines;
  for (size_t offset = 0; offset < text.size();) {
    lines.emplace_back(formats::take_line(text, offset));
  }
  return lines;
}

}  // namespace twofold
