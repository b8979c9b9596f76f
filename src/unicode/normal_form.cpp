#include "unicode/normal_form.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace twofold {
namespace {

struct Range {
  utf8proc_int32_t first, last;
};

/// Characters that utf8proc decomposes, reorders or composes and `tokenizers` 0.23.3 does not:
/// those newer than its tables, and U+11A7, which utf8proc 2.8 drops behind a Hangul syllable.
/// All code points are compared in tests/clients/tokenizers_unicode_test.py.
constexpr Range kLeftAlone[] = {
    {0x7fd, 0x7fd},     {0x898, 0x89f},     {0x8ca, 0x8d3},     {0x9fe, 0x9fe},
    {0xc3c, 0xc3c},     {0xd3b, 0xd3c},     {0xeba, 0xeba},     {0x11a7, 0x11a7},
    {0x1715, 0x1715},   {0x1abf, 0x1ace},   {0x1df6, 0x1dfa},   {0x32ff, 0x32ff},
    {0xa7f2, 0xa7f4},   {0xa82c, 0xa82c},   {0xab69, 0xab69},   {0x10781, 0x10785},
    {0x10787, 0x107b0}, {0x107b2, 0x107ba}, {0x10d24, 0x10d27}, {0x10eab, 0x10eac},
    {0x10efd, 0x10eff}, {0x10f46, 0x10f50}, {0x10f82, 0x10f85}, {0x11070, 0x11070},
    {0x1133b, 0x1133b}, {0x1145e, 0x1145e}, {0x11839, 0x1183a}, {0x11930, 0x11930},
    {0x11938, 0x11938}, {0x1193d, 0x1193e}, {0x11943, 0x11943}, {0x119e0, 0x119e0},
    {0x11a34, 0x11a34}, {0x11a47, 0x11a47}, {0x11a99, 0x11a99}, {0x11d42, 0x11d42},
    {0x11d44, 0x11d45}, {0x11d97, 0x11d97}, {0x11f41, 0x11f42}, {0x16ff0, 0x16ff1},
    {0x1e030, 0x1e06d}, {0x1e08f, 0x1e08f}, {0x1e130, 0x1e136}, {0x1e2ae, 0x1e2ae},
    {0x1e2ec, 0x1e2ef}, {0x1e4ec, 0x1e4ef}, {0x1f16c, 0x1f16c}, {0x1fbf0, 0x1fbf9}};

bool is_left_alone(utf8proc_int32_t code) {
  if (code < kLeftAlone[0].first) return false;
  const Range* range =
      std::lower_bound(std::begin(kLeftAlone), std::end(kLeftAlone), code,
                       [](const Range& at, auto value) { return at.last < value; });
  return range != std::end(kLeftAlone) && code >= range->first;
}

utf8proc_option_t options_of(NormalForm form) {
  const bool composed = form == NormalForm::kNFC || form == NormalForm::kNFKC;
  const bool compatible = form == NormalForm::kNFKC || form == NormalForm::kNFKD;
  return static_cast<utf8proc_option_t>(UTF8PROC_STABLE |
                                        (composed ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE) |
                                        (compatible ? UTF8PROC_COMPAT : 0));
}

const utf8proc_uint8_t* units(std::string_view text) {
  return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

void append_mapped(std::string_view part, utf8proc_option_t options, std::string& out) {
  if (part.empty()) return;
  utf8proc_uint8_t* normal = nullptr;
  const utf8proc_ssize_t bytes =
      utf8proc_map(units(part), static_cast<utf8proc_ssize_t>(part.size()), &normal, options);
  TWOFOLD_EXPECT(bytes >= 0, utf8proc_errmsg(bytes));
  out.append(reinterpret_cast<const char*>(normal), static_cast<size_t>(bytes));
  std::free(normal);  // utf8proc allocates with malloc
}

void append_normal(std::string_view part, utf8proc_option_t options, std::string& out) {
  size_t done = 0;
  for (size_t at = 0; at < part.size();) {
    utf8proc_int32_t code = 0;
    const auto bytes = static_cast<size_t>(
        utf8proc_iterate(units(part) + at, static_cast<utf8proc_ssize_t>(part.size() - at), &code));
    if (is_left_alone(code)) {
      append_mapped(part.substr(done, at - done), options, out);
      out.append(part.substr(at, bytes));
      done = at + bytes;
    }
    at += bytes;
  }
  append_mapped(part.substr(done), options, out);
}

/// The end of the cluster of characters that begins at `at`: no character is composed with one
/// behind it.
size_t cluster_end(std::string_view text, size_t at) {
  const auto read = [&](utf8proc_int32_t& code) {
    return at + static_cast<size_t>(utf8proc_iterate(
                    units(text) + at, static_cast<utf8proc_ssize_t>(text.size() - at), &code));
  };
  utf8proc_int32_t state = 0, last = 0, next = 0;
  at = read(last);
  while (at < text.size()) {
    const size_t end = read(next);
    if (utf8proc_grapheme_break_stateful(last, next, &state)) break;
    last = next;
    at = end;
  }
  return at;
}

/// Tells what became of the clusters of `part`, which begins at byte `begin` and became `normal`.
void tell(std::string_view part, size_t begin, std::string_view normal, utf8proc_option_t options,
          const NormalChange& changed) {
  if (part == normal) return;
  struct Change {
    size_t begin, end, length;
  };
  std::vector<Change> changes;
  std::string all;
  for (size_t at = 0; at < part.size();) {
    const size_t end = cluster_end(part, at);
    const size_t made = all.size();
    append_normal(part.substr(at, end - at), options, all);
    if (all.substr(made) != part.substr(at, end - at)) {
      changes.push_back({begin + at, begin + end, all.size() - made});
    }
    at = end;
  }
  if (all != normal) changes = {{begin, begin + part.size(), normal.size()}};
  for (const Change& change : changes) changed(change.begin, change.end, change.length);
}

}  // namespace

void normalize(std::string& text, NormalForm form, const NormalChange& changed) {
  // ASCII is its own normal form, and composes with nothing before it: only what is between
  // is worked on, each with the character before it.
  auto other = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  auto begin = std::find_if(text.begin(), text.end(), other);
  if (begin == text.end()) return;
  const utf8proc_option_t options = options_of(form);
  std::string out;
  auto done = text.begin();
  while (begin != text.end()) {
    const auto end = std::find_if_not(begin, text.end(), other);
    if (begin != done) --begin;
    out.append(done, begin);
    const std::string_view part{&*begin, static_cast<size_t>(end - begin)};
    const size_t made = out.size();
    append_normal(part, options, out);
    if (changed) {
      tell(part, static_cast<size_t>(begin - text.begin()), std::string_view(out).substr(made),
           options, changed);
    }
    done = end;
    begin = std::find_if(end, text.end(), other);
  }
  out.append(done, text.end());
  text = std::move(out);
}

}  // namespace twofold
