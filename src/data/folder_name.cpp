#include "data/folder_name.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "formats/json.h"
#include "unicode/utf8.h"

namespace twofold {
namespace {

constexpr size_t kMaxBytes = 240;  // file systems take 255; what is written beside it needs some

/// What is wrong with a name; empty if nothing is.
std::string fault_of(const std::string& name) {
  const auto is_control = [](char letter) {
    return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
  };
  if (name.empty()) return "an empty name";
  if (name == "." || name == "..") return "a name that means another folder";
  if (name.find('/') != std::string::npos) return "a slash";
  if (name.size() > kMaxBytes) return fmt::format("{} bytes", name.size());
  if (valid_utf8_prefix(name) < name.size()) return "bytes that are not UTF-8";
  if (std::any_of(name.begin(), name.end(), is_control)) return "a control character";
  return "";
}

}  // namespace

void require_folder_name(const std::string& name, const std::string& where) {
  const std::string fault = fault_of(name);
  if (fault.empty()) return;
  fail({.what = "not the name of a folder",
        .where = where,
        .expected = fmt::format("at most {} bytes of UTF-8, without slashes", kMaxBytes),
        .found = fmt::format("{} in `{}`", fault, formats::printable(name)),
        .hint = "choose a plain name, such as first_try"});
}

}  // namespace twofold
