#include "config/assignments.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/check.h"
#include "config/path.h"
#include "config/yaml.h"

namespace twofold::config {
namespace {

/// Every section of the declared keys: "training", "training/fade".
std::vector<std::string> sections_of(const Fields& fields) {
  std::vector<std::string> sections;
  for (const auto& field : fields.all()) {
    for (size_t end = field->key.find('/'); end != std::string::npos;
         end = field->key.find('/', end + 1)) {
      const std::string section = field->key.substr(0, end);
      if (std::find(sections.begin(), sections.end(), section) == sections.end()) {
        sections.push_back(section);
      }
    }
  }
  return sections;
}

std::string last_segment(const std::string& key) { return key.substr(key.rfind('/') + 1); }

/// Near keys, and failing these the keys of the same name in other sections.
std::string suggest(const std::string& key, const std::vector<std::string>& candidates) {
  std::string near = did_you_mean(key, candidates);
  if (!near.empty()) return near;
  std::vector<std::string> namesakes;
  for (const std::string& candidate : candidates) {
    if (last_segment(candidate) == last_segment(key)) namesakes.push_back("`" + candidate + "`");
  }
  constexpr size_t kShown = 3;
  if (namesakes.size() > kShown) namesakes.resize(kShown);
  return namesakes.empty() ? "" : "did you mean " + join(namesakes, " or ") + "?";
}

}  // namespace

Assignments::Assignments(const Fields& fields, Value tree, const Source& source) : fields_(fields) {
  std::erase_if(tree.entries, [&](const Value::Entry& entry) {
    return std::find(source.ignored.begin(), source.ignored.end(), entry.first) !=
           source.ignored.end();
  });
  add_tree(tree, "");
  for (const std::string& text : source.overrides) {
    try {
      add_override(text, source.ignored);
    } catch (const Error& error) {
      problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
    }
  }
}

const Value* Assignments::find(const std::string& key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second;
}

void Assignments::add_tree(const Value& tree, const std::string& section) {
  const std::vector<std::string> sections = sections_of(fields_);
  for (const auto& [name, value] : tree.entries) {
    const std::string key = section.empty() ? name : section + "/" + name;
    const bool is_section = std::find(sections.begin(), sections.end(), key) != sections.end();
    if (fields_.find(key) != nullptr) {
      values_[key] = value;
    } else if (is_section && value.kind == Value::Kind::kMap) {
      add_tree(value, key);
    } else if (is_section && value.kind != Value::Kind::kNull) {
      problems_.push_back({.what = key + " is a section, not a key",
                           .where = where_of(value, key),
                           .expected = "keys of this section",
                           .found = flow_text(value),
                           .hint = fmt::format("set one of its keys: {}/…", key)});
    } else if (!is_section) {
      unknown(value, key);
    }
  }
}

void Assignments::unknown(const Value& value, const std::string& key) {
  std::string advice = fields_.advice_for(key);
  std::vector<std::string> candidates;
  if (value.kind == Value::Kind::kMap) candidates = sections_of(fields_);
  for (const auto& field : fields_.all()) candidates.push_back(field->key);
  if (advice.empty()) advice = suggest(key, candidates);
  if (advice.empty()) advice = "remove it; `twofold configure` writes every key that a job has";
  problems_.push_back({.what = "unknown key " + key,
                       .where = where_of(value, key),
                       .expected = "a key that this job declares",
                       .found = last_segment(key),
                       .hint = advice});
}

void Assignments::add_override(const std::string& text, const std::vector<std::string>& ignored) {
  const std::string place = "override " + text;
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    fail({.what = "not an override",
          .where = place,
          .expected = "key.path=value",
          .found = text.empty() ? "nothing" : text,
          .hint = "write such as training.seed=1, quoted for the shell where it has blanks"});
  }
  std::string path = text.substr(0, equals);
  std::replace(path.begin(), path.end(), '.', '/');
  const std::vector<std::string> segments = split(path, '/');
  if (std::find(ignored.begin(), ignored.end(), segments[0]) != ignored.end()) return;
  Value value = parse_yaml(text.substr(equals + 1), place, false);
  std::string key;
  for (size_t i = 0; i < segments.size(); ++i) {
    key += (i == 0 ? "" : "/") + segments[i];
    if (const Field* field = fields_.find(key)) {
      return set_inside(*field, {segments.begin() + static_cast<ptrdiff_t>(i) + 1, segments.end()},
                        std::move(value));
    }
  }
  // Not a key: a section given as a map, or unknown. Both are what a YAML tree would make of it.
  const size_t slash = path.rfind('/');
  Value tree = Value::map();
  tree.entries.emplace_back(last_segment(path), std::move(value));
  add_tree(tree, slash == std::string::npos ? "" : path.substr(0, slash));
}

void Assignments::set_inside(const Field& field, const std::vector<std::string>& path,
                             Value value) {
  Value whole;
  if (!path.empty()) {
    const Value* written = find(field.key);
    whole = written != nullptr && !written->is_missing_marker() ? *written : field.get();
  }
  set_at_path(whole, field.shape, field.key, path, std::move(value));
  values_[field.key] = std::move(whole);
}

}  // namespace twofold::config
