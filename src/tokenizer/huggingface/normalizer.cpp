#include "tokenizer/huggingface/normalizer.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/error.h"
#include "tokenizer/huggingface/pattern.h"
#include "tokenizer/regex.h"

namespace twofold::hf {
namespace {

class Sequence : public Normalizer {
 public:
  explicit Sequence(const Node& node) {
    for (const Node& item : node.at("normalizers").items()) steps_.push_back(make_normalizer(item));
  }
  void apply(std::string& text) const override {
    for (const auto& step : steps_) step->apply(text);
  }

 private:
  std::vector<std::unique_ptr<Normalizer>> steps_;
};

class Unicode : public Normalizer {
 public:
  explicit Unicode(int form) : form_(static_cast<utf8proc_option_t>(UTF8PROC_STABLE | form)) {}

  /// ASCII is its own normal form, and composes with nothing before it: only the stretches between
  /// are worked on, each with the character before it.
  void apply(std::string& text) const override {
    auto other = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
    auto begin = std::find_if(text.begin(), text.end(), other);
    if (begin == text.end()) return;
    std::string out;
    auto done = text.begin();
    while (begin != text.end()) {
      const auto end = std::find_if_not(begin, text.end(), other);
      if (begin != done) --begin;
      out.append(done, begin);
      append_normal({&*begin, static_cast<size_t>(end - begin)}, out);
      done = end;
      begin = std::find_if(end, text.end(), other);
    }
    out.append(done, text.end());
    text = std::move(out);
  }

 private:
  void append_normal(std::string_view part, std::string& out) const {
    utf8proc_uint8_t* normal = nullptr;
    const utf8proc_ssize_t bytes =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(part.data()),
                     static_cast<utf8proc_ssize_t>(part.size()), &normal, form_);
    TWOFOLD_EXPECT(bytes >= 0, utf8proc_errmsg(bytes));
    out.append(reinterpret_cast<const char*>(normal), static_cast<size_t>(bytes));
    std::free(normal);  // NOLINT: utf8proc allocates with malloc
  }

  utf8proc_option_t form_;
};

class ReplaceText : public Normalizer {
 public:
  ReplaceText(std::string from, std::string to) : from_(std::move(from)), to_(std::move(to)) {}
  void apply(std::string& text) const override { replace_all(text, from_, to_); }

 private:
  std::string from_, to_;
};

class ReplaceMatches : public Normalizer {
 public:
  ReplaceMatches(const std::string& pattern, std::string to)
      : regex_(pattern), to_(std::move(to)) {}

  void apply(std::string& text) const override {
    RegexScan scan(regex_);
    std::string out;
    size_t begin = 0, end = 0, done = 0;
    while (done < text.size() && scan.find(text, done, begin, end) && end > begin) {
      out.append(text, done, begin - done).append(to_);
      done = end;
    }
    text = out.append(text, done);
  }

 private:
  Regex regex_;
  std::string to_;
};

class Prepend : public Normalizer {
 public:
  explicit Prepend(std::string prefix) : prefix_(std::move(prefix)) {}
  void apply(std::string& text) const override {
    if (!text.empty()) text.insert(0, prefix_);
  }

 private:
  std::string prefix_;
};

class Strip : public Normalizer {
 public:
  explicit Strip(const Node& node)
      : ends_(std::string(node.flag("strip_left", true) ? R"(\A\s+)" : "(?!)") + "|" +
              (node.flag("strip_right", true) ? R"(\s+\z)" : "(?!)")) {}
  void apply(std::string& text) const override {
    RegexScan scan(ends_);
    size_t begin = 0, end = 0, from = 0, until = text.size();
    if (scan.find(text, 0, begin, end) && begin == 0) from = end;
    if (from < until && scan.find(text, from, begin, end)) until = begin;
    text = text.substr(from, until - from);
  }

 private:
  Regex ends_;
};

std::unique_ptr<Normalizer> make_replace(const Node& node) {
  const Node pattern = node.at("pattern");
  std::string content = node.at("content").text();
  if (auto literal = literal_pattern(pattern)) {
    if (literal->empty()) pattern.refuse("empty pattern", "a text to replace", "\"\"");
    return std::make_unique<ReplaceText>(*literal, std::move(content));
  }
  return std::make_unique<ReplaceMatches>(read_pattern(pattern), std::move(content));
}

}  // namespace

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  size_t found = text.find(from);
  if (found == text.npos) return;
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  size_t done = 0;
  for (; found != text.npos; found = text.find(from, done)) {
    out.append(text, done, found - done).append(to);
    done = found + from.size();
  }
  text = out.append(text, done);
}

std::unique_ptr<Normalizer> make_normalizer(const Node& node) {
  const std::string type = node.at("type").text();
  if (type == "Sequence") return std::make_unique<Sequence>(node);
  if (type == "NFC") return std::make_unique<Unicode>(UTF8PROC_COMPOSE);
  if (type == "NFD") return std::make_unique<Unicode>(UTF8PROC_DECOMPOSE);
  if (type == "NFKC") return std::make_unique<Unicode>(UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
  if (type == "NFKD") return std::make_unique<Unicode>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
  if (type == "Replace") return make_replace(node);
  if (type == "Prepend") return std::make_unique<Prepend>(node.at("prepend").text());
  if (type == "Strip") return std::make_unique<Strip>(node);
  node.unsupported("normalizer", type,
                   {"Sequence", "NFC", "NFD", "NFKC", "NFKD", "Replace", "Prepend", "Strip"});
}

}  // namespace twofold::hf
