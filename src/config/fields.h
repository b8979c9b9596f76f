#pragma once
// What is done with declared settings (<twofold/config/fields.h>): filling, printing, documenting.

#include <string>
#include <vector>

#include "base/error.h"
#include "twofold/config/fields.h"

namespace twofold::config {

/// The settings that `group` declares, bound to it.
template <class Group>
Fields fields_of(Group& group) {
  Fields fields;
  group.declare(fields);
  return fields;
}

/// What is wrong with a source, and which keys have no sound value: faulty ones and required ones
/// that were left open.
struct Findings {
  std::vector<Problem> problems;
  std::vector<std::string> unsound;
};

/// Fills every bound target that `source` gives a sound value, and finds all problems: unknown or
/// dead keys (with the nearest valid name), wrong types, values out of range, missing required
/// values; each with file:line (or the override), the full key, expected and found.
/// `allow_missing`: required values left open are no problem (for `configure`). Lists are replaced
/// whole by YAML; overrides may address list elements and record members by index:
/// training.post_lora_dataset.0.0.rate=0.5. Code that needs more from a source than this parses it
/// once with config/parsed.h.
Findings fill(Fields& fields, const Source& source, bool allow_missing = false);

/// The current values as YAML. Commented: each key is preceded by its doc, type and range.
std::string dump(const Fields& fields, const std::string& job, bool commented);

/// A Markdown table of all keys: key, type, default (the current value), range, doc.
std::string document(const Fields& fields);

}  // namespace twofold::config
