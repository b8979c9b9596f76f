#pragma once
// A setting is declared once, in its struct's `declare`, and parsed, overridden, validated,
// printed, documented and dumped from there.
//
//   struct LoRAConfig {
//     int64_t rank = 16;
//     std::vector<std::string> target_modules = {"kernel"};
//     void declare(config::Fields& fields) {
//       fields.add("optimization/lora/rank", rank, "Rank r of each adapter.", {.min = 1});
//       fields.add("optimization/lora/target_modules", target_modules, "Substrings of …");
//     }
//   };
//
// The struct's initial member values are the defaults. Two parts of a config may declare the same
// key (a model and a tokenizer job both have architecture/block_size) if type and default agree.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "twofold/base/constraint.h"

namespace twofold::config {

class Fields;
struct Field;  // one declared key; see field.h

/// A value type that a field may have: bool, int64_t, double, std::string, an enum with a
/// `config_names(E)` overload found by ADL (returns a container of pair<E, const char*>), a record
/// (a struct with `declare(Fields&)`), std::vector of any of these (nested too), and
/// std::map<std::string, T> of the scalars.
class Fields {
 public:
  Fields();
  ~Fields();
  Fields(Fields&&) noexcept;
  Fields& operator=(Fields&&) noexcept;

  /// Declares `key` (slash-separated) as bound to `target`, which must outlive this object.
  template <class T>
  void add(std::string key, T& target, std::string doc, Constraint constraint = {});

  /// A key or section that people may bring along from elsewhere and that is not declared here:
  /// whoever sets it is told `advice` instead of near names.
  void absent(std::string key, std::string advice);
  /// The advice for `key` or a section above it; empty if there is none.
  std::string advice_for(const std::string& key) const;

  /// Fields in order of declaration.
  const std::vector<std::unique_ptr<Field>>& all() const { return fields_; }
  const Field* find(const std::string& key) const;

 private:
  void insert(std::unique_ptr<Field> field);
  std::vector<std::unique_ptr<Field>> fields_;
  std::map<std::string, std::string> absent_;
};

/// Where a configuration comes from, strongest last: defaults, YAML text, `key.path=value`
/// overrides.
struct Source {
  std::string text = {};                    ///< YAML; may be empty
  std::string name = "config.yaml";         ///< shown in errors, e.g. the path given by the user
  std::vector<std::string> overrides = {};  ///< as on the command line: "optimization.lora.rank=8"
  /// Top-level keys that are not the job's settings and are skipped (`job`).
  std::vector<std::string> ignored = {"job"};
};

/// Fills every bound target from `source`. Throws one Error with all problems, if there are any:
/// unknown keys (with the nearest valid name), wrong types, values out of range, missing required
/// values. `allow_missing`: required values left open are no problem.
void load(Fields& fields, const Source& source, bool allow_missing = false);

}  // namespace twofold::config

#include "twofold/config/fields.inl.h"
