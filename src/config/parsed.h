#pragma once
// A configuration's source, read once: which job it is for, what it sets, and with which values.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/fields.h"

namespace twofold::config {

struct Value;

class Parsed {
 public:
  /// Throws an Error for bad syntax.
  explicit Parsed(Source source);
  ~Parsed();
  Parsed(Parsed&&) noexcept;

  /// The `job:` entry, if there is one.
  std::optional<std::string> job() const;
  /// The text that the source gives to a key, before any field is declared; none: no text there.
  std::optional<std::string> text_of(const std::string& key) const;
  /// See config::fill.
  Findings fill(Fields& fields, bool allow_missing = false) const;
  /// The keys that the source sets itself (by YAML or override), as full slash keys.
  std::vector<std::string> keys_set(const Fields& fields) const;
  const Source& source() const { return source_; }

 private:
  Source source_;
  std::unique_ptr<Value> tree_;
};

}  // namespace twofold::config
