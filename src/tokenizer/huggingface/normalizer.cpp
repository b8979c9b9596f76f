#include "tokenizer/huggingface/normalizer.h"

#include <vector>

#include "tokenizer/huggingface/pattern.h"
#include "unicode/normal_form.h"
#include "unicode/regex.h"

namespace twofold::hf {
namespace {

class NormalizerSequence : public Normalizer {
 public:
  explicit NormalizerSequence(const JsonReader& node) {
    for (const JsonReader& item : node.at("normalizers").items())
      steps_.push_back(make_normalizer(item));
  }
  void apply(std::string& text, Passes* passes) const override {
    for (const auto& step : steps_) step->apply(text, passes);
  }

 private:
  std::vector<std::unique_ptr<Normalizer>> steps_;
};

class Unicode : public Normalizer {
 public:
  explicit Unicode(NormalForm form) : form_(form) {}
  void apply(std::string& text, Passes* passes) const override {
    if (!passes) return normalize(text, form_);
    Edits edits;
    normalize(text, form_,
              [&](size_t begin, size_t end, size_t length) { edits.replace(begin, end, length); });
    passes->push_back(std::move(edits));
  }

 private:
  NormalForm form_;
};

class ReplaceText : public Normalizer {
 public:
  ReplaceText(std::string from, std::string to) : from_(std::move(from)), to_(std::move(to)) {}
  void apply(std::string& text, Passes* passes) const override {
    if (passes) passes->push_back(replaced(text, from_, to_.size()));
    replace_all(text, from_, to_);
  }

 private:
  std::string from_, to_;
};

class ReplaceMatches : public Normalizer {
 public:
  ReplaceMatches(const std::string& pattern, std::string to)
      : regex_(pattern), to_(std::move(to)) {}

  void apply(std::string& text, Passes* passes) const override {
    RegexScan scan(regex_);
    scan.read(text);
    Edits edits;
    std::string out;
    size_t begin = 0, end = 0, done = 0;
    while (done < text.size() && scan.find(done, begin, end) && end > begin) {
      out.append(text, done, begin - done).append(to_);
      if (passes) edits.replace(begin, end, to_.size());
      done = end;
    }
    text = out.append(text, done);
    if (passes) passes->push_back(std::move(edits));
  }

 private:
  Regex regex_;
  std::string to_;
};

class Prepend : public Normalizer {
 public:
  explicit Prepend(std::string prefix) : prefix_(std::move(prefix)) {}
  void apply(std::string& text, Passes* passes) const override {
    if (text.empty()) return;
    if (passes) passes->emplace_back().put_in_front(text, prefix_.size());
    text.insert(0, prefix_);
  }

 private:
  std::string prefix_;
};

class NormalizerStrip : public Normalizer {
 public:
  explicit NormalizerStrip(const JsonReader& node)
      : ends_(std::string(node.flag("strip_left", true) ? R"(\A\s+)" : "(?!)") + "|" +
              (node.flag("strip_right", true) ? R"(\s+\z)" : "(?!)")) {}
  void apply(std::string& text, Passes* passes) const override {
    RegexScan scan(ends_);
    scan.read(text);
    size_t begin = 0, end = 0, from = 0, until = text.size();
    if (scan.find(0, begin, end) && begin == 0) from = end;
    if (from < until && scan.find(from, begin, end)) until = begin;
    text = text.substr(from, until - from);
    if (passes) passes->emplace_back().replace(0, from, 0);
  }

 private:
  Regex ends_;
};

std::unique_ptr<Normalizer> make_replace(const JsonReader& node) {
  const JsonReader pattern = node.at("pattern");
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

std::unique_ptr<Normalizer> make_normalizer(const JsonReader& node) {
  const std::string type = node.at("type").text();
  if (type == "Sequence") return std::make_unique<NormalizerSequence>(node);
  if (type == "NFC") return std::make_unique<Unicode>(NormalForm::kNFC);
  if (type == "NFD") return std::make_unique<Unicode>(NormalForm::kNFD);
  if (type == "NFKC") return std::make_unique<Unicode>(NormalForm::kNFKC);
  if (type == "NFKD") return std::make_unique<Unicode>(NormalForm::kNFKD);
  if (type == "Replace") return make_replace(node);
  if (type == "Prepend") return std::make_unique<Prepend>(node.at("prepend").text());
  if (type == "Strip") return std::make_unique<NormalizerStrip>(node);
  unsupported(node, "normalizer", type,
              {"Sequence", "NFC", "NFD", "NFKC", "NFKD", "Replace", "Prepend", "Strip"});
}

}  // namespace twofold::hf
