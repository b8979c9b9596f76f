#include "interop/gguf/text_steps.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "tokenizer/patterns.h"

namespace twofold {
namespace {

using formats::JsonReader;

constexpr const char* kSpaceMark = "\u2581";

/// A way of treating texts that llama.cpp knows. `steps`: as step_name() below writes them.
struct Known {
  std::vector<std::string> steps;
  GgufTextSteps theirs;
};

const std::vector<Known>& known() {
  const auto split = [](const char* encoding) {
    return "split " + find_encoding(encoding).pattern;
  };
  static const std::vector<Known> kKnown = {
      {{"split as gpt2", "bytes"}, {.model = "gpt2", .pre = "gpt-2"}},
      {{split("gpt2"), "bytes"}, {.model = "gpt2", .pre = "gpt-2"}},
      {{"digits", "split as gpt2", "bytes"}, {.model = "gpt2", .pre = "smollm"}},
      {{split("llama3"), "bytes"}, {.model = "gpt2", .pre = "llama-bpe", .ignores_merges = true}},
      {{split("llama3"), "bytes"}, {.model = "gpt2", .pre = "dbrx"}},
      {{std::string("split ") + kQwen2Pattern, "bytes"}, {.model = "gpt2", .pre = "qwen2"}},
      {{split("o200k_base"), "bytes"},
       {.model = "gpt2",
        .pre = "gpt-4o",
        .notes =
            {"llama.cpp tells capitals from small letters in A-Z only, and marks from letters: "
             "its o200k splits other scripts elsewhere"}}},
      {{split("cl100k_base"), "bytes"},
       {.model = "gpt2",
        .pre = "llama-bpe",
        .ignores_merges = true,
        .notes = {"llama.cpp has no cl100k: white space at the very end of a text is split at line "
                  "ends"}}},
      {{"prepend", "mark spaces"}, {.model = "llama", .space_prefix = true}},
      {{"mark spaces"}, {.model = "llama"}},
      {{"mark spaces", "split at spaces"}, {.model = "llama"}},  // there are none left
      {{"metaspace never"}, {.model = "llama"}},
      {{"metaspace always"},
       {.model = "llama",
        .space_prefix = true,
        .notes = {"llama.cpp puts a space before texts that begin with one, too"}}},
      {{"metaspace first"},
       {.model = "llama",
        .space_prefix = true,
        .notes = {"llama.cpp puts a space before texts that begin with one, and after special "
                  "tokens, too"}}},
  };
  return kKnown;
}

/// The entry for `steps`: with that flag, or else without it.
std::optional<GgufTextSteps> find(const std::vector<std::string>& steps, bool ignores_merges) {
  std::optional<GgufTextSteps> found;
  for (const Known& entry : known()) {
    if (entry.steps != steps) continue;
    if (!found || entry.theirs.ignores_merges == ignores_merges) found = entry.theirs;
  }
  return found;
}

[[noreturn]] void refuse(const JsonReader& node) {
  node.refuse("llama.cpp cannot do what this tokenizer does",
              "the steps of a tokenizer that it has by name", node.value().dump());
}

std::string split_name(const JsonReader& node) {
  const JsonReader pattern = node.at("pattern");
  const std::string behavior = node.at("behavior").text();
  if (node.flag("invert", false)) refuse(node);
  if (const auto regex = pattern.find("Regex"); regex && behavior == "Isolated") {
    return "split " + regex->text();
  }
  const auto text = pattern.find("String");
  if (text && text->text() == " " && behavior == "MergedWithPrevious") return "split at spaces";
  refuse(node);
}

std::string metaspace_name(const JsonReader& node) {
  if (node.at("replacement").text() != kSpaceMark || node.flag("split", true)) refuse(node);
  if (!node.flag("add_prefix_space", true)) return "metaspace never";
  const auto scheme = node.find("prepend_scheme");
  return "metaspace " + (scheme ? scheme->text() : "always");
}

/// Appends the names of a normalizer's or pre-tokenizer's steps.
void name_steps(const JsonReader& node, std::vector<std::string>& names) {
  const std::string type = node.at("type").text();
  if (type == "Sequence") {
    const bool cuts = node.find("pretokenizers").has_value();
    for (const JsonReader& step : node.at(cuts ? "pretokenizers" : "normalizers").items()) {
      name_steps(step, names);
    }
  } else if (type == "NFC") {
    names.push_back("nfc");
  } else if (type == "Prepend" && node.at("prepend").text() == kSpaceMark) {
    names.push_back("prepend");
  } else if (type == "Replace" && node.at("pattern").value() == nlohmann::json{{"String", " "}} &&
             node.at("content").text() == kSpaceMark) {
    names.push_back("mark spaces");
  } else if (type == "Split") {
    names.push_back(split_name(node));
  } else if (type == "Digits" && node.flag("individual_digits", false)) {
    names.push_back("digits");
  } else if (type == "Metaspace") {
    names.push_back(metaspace_name(node));
  } else if (type == "ByteLevel" && !node.flag("add_prefix_space", true)) {
    if (node.flag("use_regex", true)) names.push_back("split as gpt2");
    names.push_back("bytes");
  } else {
    refuse(node);
  }
}

}  // namespace

GgufTextSteps gguf_text_steps(const JsonReader& file) {
  std::vector<std::string> names;
  for (const char* part : {"normalizer", "pre_tokenizer"}) {
    if (const auto node = file.find(part)) name_steps(*node, names);
  }
  const bool composes = !names.empty() && names.front() == "nfc";
  if (composes) names.erase(names.begin());
  auto steps = find(names, file.at("model").flag("ignore_merges", false));
  if (!steps) {
    file.refuse("llama.cpp cannot do what this tokenizer does",
                "normalizer and pre_tokenizer of a tokenizer that it has by name",
                names.empty() ? "none" : join(names, ", "));
  }
  if (composes) {
    steps->notes.push_back(
        "llama.cpp does not normalize: characters written as letter and mark are not composed "
        "(NFC)");
  }
  return *steps;
}

GgufTextSteps gguf_metaspace_steps(const std::string& scheme) {
  return find({"metaspace " + scheme}, false).value();
}

GgufTextSteps gguf_text_steps(const Encoding& encoding) {
  if (const auto steps = find({"split " + encoding.pattern, "bytes"}, true)) return *steps;
  fail({.what = "llama.cpp has no splitter for this encoding",
        .where = "tokenizer/name",
        .expected = "an encoding whose pattern llama.cpp has",
        .found = encoding.name});
}

}  // namespace twofold
