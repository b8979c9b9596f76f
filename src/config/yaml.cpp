#include "config/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <sstream>
#include <vector>

#include "base/error.h"

namespace twofold::config {
namespace {

/// Copies the library's nodes into ours. Aliases may make a small text a huge or endless tree,
/// hence the limits.
class Reader {
 public:
  Reader(std::string name, bool with_lines) : name_(std::move(name)), with_lines_(with_lines) {}

  std::string place(const YAML::Mark& mark) const {
    return with_lines_ && mark.line >= 0 ? fmt::format("{}:{}", name_, mark.line + 1) : name_;
  }

  Value read(const YAML::Node& node, int depth) {
    constexpr int kMaxDepth = 64, kMaxNodes = 1'000'000;
    if (depth > kMaxDepth || ++nodes_ > kMaxNodes) {
      fail({.what = "YAML too deep or too large for a configuration",
            .where = place(node.Mark()),
            .expected = fmt::format("at most {} levels and {} values", kMaxDepth, kMaxNodes),
            .found = "more",
            .hint = "look for an anchor (&) that contains its own alias (*)"});
    }
    Value value{.place = place(node.Mark())};
    if (node.IsScalar()) {
      value.kind = Value::Kind::kScalar;
      value.text = node.Scalar();
      value.quoted = node.Tag() != "?" && !node.Tag().empty();
      const bool null = value.text.empty() || value.text == "~" || value.text == "null" ||
                        value.text == "Null" || value.text == "NULL";
      if (null && !value.quoted) value.kind = Value::Kind::kNull;
    } else if (node.IsSequence()) {
      value.kind = Value::Kind::kList;
      for (const YAML::Node& item : node) value.items.push_back(read(item, depth + 1));
    } else if (node.IsMap()) {
      read_entries(node, depth, value);
    }
    return value;
  }

 private:
  void read_entries(const YAML::Node& node, int depth, Value& map) {
    map.kind = Value::Kind::kMap;
    for (const auto& entry : node) {
      const std::string where = place(entry.first.Mark());
      if (!entry.first.IsScalar()) {
        fail({.what = "a key must be a plain text",
              .where = where,
              .expected = "key: value",
              .found = "a list or a map",
              .hint = "write a name in front of the colon"});
      }
      const std::string key = entry.first.Scalar();
      if (const Value* present = map.find(key)) {
        fail({.what = fmt::format("the key `{}` is given twice", key),
              .where = where,
              .expected = "each key once",
              .found = "first at " + present->place,
              .hint = "remove one of the two"});
      }
      Value value = read(entry.second, depth + 1);
      value.place = where;  // people look for the key, not for where its block begins
      map.entries.emplace_back(key, std::move(value));
    }
  }

  std::string name_;
  bool with_lines_;
  int nodes_ = 0;
};

/// Where documents begin; nothing else of what the parser tells is wanted.
class Beginnings : public YAML::EventHandler {
 public:
  std::vector<YAML::Mark> marks;

  void OnDocumentStart(const YAML::Mark& mark) override { marks.push_back(mark); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

/// Whether there is a document; an Error if there is another. YAML::LoadAll must not be asked: on a
/// comma outside brackets yaml-cpp 0.7 goes on for ever, document after document, none of which
/// takes it (github.com/jbeder/yaml-cpp issue 1040).
bool has_document(const std::string& text, const Reader& reader) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  Beginnings found;
  if (!parser.HandleNextDocument(found)) return false;
  if (!parser.HandleNextDocument(found)) return true;
  if (found.marks.back().pos == found.marks.front().pos) {
    throw YAML::ParserException(found.marks.back(), "nothing can begin like this");
  }
  fail({.what = "more than one YAML document",
        .where = reader.place(found.marks.back()),
        .expected = "one document",
        .found = "another one",
        .hint = "remove the `---` line and what follows"});
}

}  // namespace

Value parse_yaml(const std::string& text, const std::string& name, bool with_lines) {
  Reader reader(name, with_lines);
  try {
    if (!has_document(text, reader)) return {.place = name};
    return reader.read(YAML::Load(text), 0);
  } catch (const YAML::Exception& error) {
    fail({.what = "this is not valid YAML",
          .where = reader.place(error.mark),
          .expected = "YAML: key: value, and sections by indentation",
          .found = error.msg,
          .hint = with_lines ? "check indentation, colons and quotes near this line"
                             : "quote the argument for the shell: 'key.path=[1, 2]'"});
  }
}

void check_is_map(const Value& tree) {
  if (tree.kind == Value::Kind::kMap || tree.kind == Value::Kind::kNull) return;
  constexpr size_t kShown = 60;
  fail({.what = "a configuration is a map of sections",
        .where = tree.place,
        .expected = "section: {key: value}",
        .found = flow_text(tree).substr(0, kShown),
        .hint = "`twofold configure JOB out.yaml` writes one"});
}

}  // namespace twofold::config
