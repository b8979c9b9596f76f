// The current values as block YAML in the order of declaration, grouped by section.

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "config/fields.h"

namespace twofold::config {
namespace {

constexpr size_t kColumns = 100;

/// A section with its keys and sections in order of first appearance.
struct Section {
  struct Item {
    std::string name;
    const Field* field = nullptr;      ///< a key, or
    std::unique_ptr<Section> section;  ///< a section
  };
  std::vector<Item> items;

  Section& inner(const std::string& name) {
    for (Item& item : items) {
      if (item.name == name) return *item.section;
    }
    items.push_back({name, nullptr, std::make_unique<Section>()});
    return *items.back().section;
  }
};

Section group(const Fields& fields) {
  Section root;
  for (const auto& field : fields.all()) {
    std::vector<std::string> segments = split(field->key, '/');
    Section* section = &root;
    for (size_t i = 0; i + 1 < segments.size(); ++i) section = &section->inner(segments[i]);
    section->items.push_back({segments.back(), field.get(), nullptr});
  }
  return root;
}

/// Lists of scalars (and of such lists) stand on one line; whatever holds a record or map does not.
bool is_flow(const Value& value) {
  if (value.kind == Value::Kind::kMap) return value.entries.empty();
  return std::all_of(value.items.begin(), value.items.end(), is_flow);
}

/// The lines of a block value. The first line has no indent: it goes behind a dash or under a key.
std::vector<std::string> block_lines(const Value& value) {
  if (is_flow(value)) return {flow_text(value)};
  std::vector<std::string> lines;
  const auto append = [&](const std::string& head, const std::string& indent, const Value& inner) {
    const std::vector<std::string> inner_lines = block_lines(inner);
    lines.push_back(head + inner_lines[0]);
    for (size_t i = 1; i < inner_lines.size(); ++i) lines.push_back(indent + inner_lines[i]);
  };
  for (const Value& item : value.items) append("- ", "  ", item);
  for (const auto& [key, entry] : value.entries) {
    const std::string name = quote_text(key) + ":";
    if (is_flow(entry)) {
      append(name + " ", "", entry);
      continue;
    }
    lines.push_back(name);
    const std::string indent = entry.kind == Value::Kind::kList ? "" : "  ";
    append(indent, indent, entry);
  }
  return lines;
}

/// "# doc (type, range)" wrapped at kColumns.
std::string comment_text(const Field& field, const std::string& indent) {
  const std::string range = field.constraint.range_text();
  std::string note = type_text(field.shape) + (range.empty() ? "" : ", " + range);
  if (field.constraint.required) note += ", required";
  std::string text, line = indent + "#";
  for (const std::string& word : split(fmt::format("{} ({})", field.doc, note), ' ')) {
    const bool first = line.size() == indent.size() + 1;
    if (!first && line.size() + 1 + word.size() > kColumns) {
      text += line + "\n";
      line = indent + "#";
    }
    line += " " + word;
  }
  return text + line + "\n";
}

void append_field(std::string& text, const Section::Item& item, const std::string& indent) {
  const std::string name = indent + quote_text(item.name) + ":";
  const Value value = item.field->get();
  if (is_open(*item.field) || is_flow(value)) {
    text += name + " " + value_text(*item.field) + "\n";
    return;
  }
  text += name + "\n";
  const std::string inner = indent + (value.kind == Value::Kind::kList ? "" : "  ");
  for (const std::string& line : block_lines(value)) text += inner + line + "\n";
}

void append_section(std::string& text, const Section& section, const std::string& indent,
                    bool commented) {
  for (const Section::Item& item : section.items) {
    if (item.field != nullptr) {
      if (commented) text += comment_text(*item.field, indent);
      append_field(text, item, indent);
    } else {
      if (commented && indent.empty() && !text.empty()) text += "\n";
      text += indent + quote_text(item.name) + ":\n";
      append_section(text, *item.section, indent + "  ", commented);
    }
  }
}

}  // namespace

std::string dump(const Fields& fields, const std::string& job, bool commented) {
  std::string text;
  if (!job.empty()) text = "job: " + quote_text(job) + "\n";
  append_section(text, group(fields), "", commented);
  return text;
}

}  // namespace twofold::config
