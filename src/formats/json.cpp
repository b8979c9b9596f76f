#include "formats/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "formats/file_kind.h"

namespace twofold::formats {
namespace {

using nlohmann::json;

constexpr const char* kCorrect = "correct the file at this place, or get it again";

/// Walks a text and tells how far the parser has come: nlohmann's events carry no position.
class TrackedIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  TrackedIterator(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  TrackedIterator& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  TrackedIterator operator++(int) {
    TrackedIterator old = *this;
    ++*this;
    return old;
  }
  bool operator==(const TrackedIterator& other) const { return at_ == other.at_; }
  bool operator!=(const TrackedIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

/// Builds the document from nlohmann's events and stops at the first breach of our rules.
template <class Json>
class StrictBuilder : public Json::json_sax_t {
 public:
  using number_integer_t = typename Json::number_integer_t;
  using number_unsigned_t = typename Json::number_unsigned_t;
  using number_float_t = typename Json::number_float_t;
  using string_t = typename Json::string_t;
  using binary_t = typename Json::binary_t;

  /// `one_line`: `file` names a line already.
  StrictBuilder(std::string_view text, const std::string& file, KeyOffsets* offsets, bool one_line)
      : text_(text), file_(file), offsets_(offsets), one_line_(one_line), reached_(text.data()) {}

  Json run() {
    if (size_t nul = text_.find('\0'); nul != text_.npos) {  // nlohmann would take it for the end
      refuse(nul, "not valid JSON", "no NUL bytes", "byte 0x00");
    }
    const char* end = text_.data() + text_.size();
    Json::sax_parse(TrackedIterator(text_.data(), &reached_), TrackedIterator(end, &reached_),
                    this);
    return std::move(root_);
  }

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    const bool is_integer = text.find_first_of(".eE") == text.npos;
    if (is_integer && std::is_same_v<Json, nlohmann::ordered_json>) {
      refuse(position(), "a number that is too large", "an integer of at most 64 bits", text);
    }
    return put(value);
  }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (open_.back()->contains(name)) {
      refuse(position(), "a key occurs twice in one JSON object", "each key once",
             fmt::format("`{}` again", printable(name)));
    }
    if (offsets_ && open_.size() == 1) offsets_->emplace(name, position());
    key_ = std::move(name);
    return true;
  }

  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception& error) override {
    const std::string text = error.what();  // "[json.exception.…] parse error at line 1, …: REASON"
    const size_t reason = text.find(": ");
    const bool unfinished = one_line_ && text.find("unexpected end of input") != text.npos;
    refuse(position(), "not valid JSON", "a JSON value (RFC 8259)",
           printable(reason == text.npos ? text : text.substr(reason + 2), 200),
           unfinished ? "write an object that goes over several lines on one: jq -c . FILE > NEW"
                      : kCorrect);
    return false;
  }

 private:
  size_t position() const { return static_cast<size_t>(reached_ - text_.data()); }

  [[noreturn]] void refuse(size_t byte, const char* what, std::string expected, std::string found,
                           std::string hint = kCorrect) {
    if (const FileKind* kind = kind_of_bytes(text_)) {
      found = kind->name;
      hint = kind->hint;
    }
    const auto line = 1 + std::count(text_.begin(), text_.begin() + byte, '\n');
    fail({.what = what,
          .where = one_line_ ? fmt::format("{} (byte {})", file_, byte)
                             : fmt::format("{}:{} (byte {})", file_, line, byte),
          .expected = std::move(expected),
          .found = std::move(found),
          .hint = std::move(hint)});
  }

  Json* place(Json value) {
    if (open_.empty()) return &(root_ = std::move(value));
    Json& parent = *open_.back();
    if (!parent.is_array()) return &(parent[std::move(key_)] = std::move(value));
    parent.push_back(std::move(value));
    return &parent.back();
  }

  bool put(Json value) {
    place(std::move(value));
    return true;
  }

  bool open(Json value) {
    if (open_.size() == kMaxJsonDepth) {
      refuse(position(), "JSON is nested too deeply",
             fmt::format("at most {} levels", kMaxJsonDepth), "one more");
    }
    open_.push_back(place(std::move(value)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  const std::string& file_;
  KeyOffsets* offsets_;
  bool one_line_;
  const char* reached_;
  Json root_;
  std::string key_;
  std::vector<Json*> open_;  // innermost last
};

}  // namespace

json parse_json(std::string_view text, const std::string& file, KeyOffsets* offsets) {
  return StrictBuilder<json>(text, file, offsets, /*one_line=*/false).run();
}

namespace {

template <class Json>
Json object_of_line(std::string_view line, const std::string& where) {
  const size_t start = line.find_first_not_of(" \t");
  if (start < line.size() && line[start] == '[') {
    fail({.what = "a JSON array where lines of JSON belong",
          .where = where,
          .expected = "an object on each line",
          .found = printable(line),
          .hint = "write its entries as lines: jq -c '.[]' FILE > NEW"});
  }
  Json object = StrictBuilder<Json>(line, where, nullptr, /*one_line=*/true).run();
  if (object.is_object()) return object;
  fail({.what = "a line that is not a JSON object",
        .where = where,
        .expected = "an object on one line",
        .found = printable(line),
        .hint = "write one {…} on each line"});
}

}  // namespace

json parse_json_line(std::string_view line, const std::string& where) {
  return object_of_line<json>(line, where);
}

nlohmann::ordered_json parse_ordered_json_line(std::string_view line, const std::string& where) {
  return object_of_line<nlohmann::ordered_json>(line, where);
}

std::optional<int64_t> integer_of(const json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{INT64_MAX})
    return std::nullopt;
  return value.get<int64_t>();
}

std::string printable(std::string_view text, size_t limit) {
  std::string out(text.substr(0, limit));
  for (char& c : out) {
    if (c < 0x20 || c >= 0x7f) c = '?';  // whether char is signed or not
  }
  if (text.size() > limit) out += "…";
  return out;
}

}  // namespace twofold::formats
