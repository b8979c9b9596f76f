#pragma once
// Reads a value of a JSON document that another program wrote, field by field. Each fault is
// reported with the file and the place. A field that is null counts as absent.

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "twofold/base/constraint.h"

namespace twofold::formats {

class JsonReader {
 public:
  /// Whether a fault is thrown when it is met, or kept for finish(). A reader that keeps faults
  /// goes on with a harmless value in place of each faulty one.
  enum class Faults { kThrow, kKeep };

  /// `value` must outlive the reader. `file` is shown in errors, and `hint` in those that have no
  /// hint of their own. A `value` that is not an object is a fault.
  JsonReader(const nlohmann::json& value, std::string file, std::string hint,
             Faults faults = Faults::kKeep);

  const nlohmann::json& value() const { return *value_; }
  const std::string& file() const;
  std::string where() const;  ///< "config.json: rope_scaling/factor"

  // ── this value; a fault of its type is thrown ──
  std::string text() const;
  int64_t integer(int64_t low, int64_t high) const;
  double number() const;
  std::vector<JsonReader> items() const;  ///< of an array

  // ── the fields of an object ──
  bool has(const std::string& name) const;
  bool is_null(const std::string& name) const;  ///< the field is there, as null
  bool is(const std::string& name, const nlohmann::json& value) const;
  /// The field's value; null if it is absent.
  const nlohmann::json& field(const std::string& name) const;
  std::optional<JsonReader> find(const std::string& name) const;
  JsonReader at(const std::string& name) const;  ///< throws if it is absent
  /// The object in a field, an empty one if it is absent.
  JsonReader child(const std::string& name) const;

  // The field's value, or `otherwise` if it is absent; a fault if it must be there, is not of that
  // type or not within the range.
  int64_t integer(const std::string& name, std::optional<int64_t> otherwise = {}) const;
  double number(const std::string& name, std::optional<double> otherwise = {},
                const Constraint& range = {}) const;
  bool flag(const std::string& name, bool otherwise) const;
  std::string text(const std::string& name, const std::string& otherwise) const;
  /// An integer that sizes something: 1 … `max`, so that products of sizes are safe.
  static constexpr auto kMaxSize = static_cast<int64_t>(::twofold::kMaxSize);
  int64_t size(const std::string& name, std::optional<int64_t> otherwise = {},
               int64_t max = kMaxSize) const;

  // Lists; empty if absent.
  std::vector<double> numbers(const std::string& name, const Constraint& range = {}) const;
  std::vector<int64_t> integers(const std::string& name) const;   ///< or one number
  std::vector<std::string> texts(const std::string& name) const;  ///< or one text
  /// The place, from 1, of the first `entry` in a list; 0 if there is none.
  int64_t place(const std::string& name, const nlohmann::json& entry) const;

  // Fields that change the meaning of the document; only one value (or its absence) is supported.
  void only(const std::string& name, const nlohmann::json& value) const;
  void absent(const std::string& name) const;
  /// The fields that nobody has asked for.
  std::vector<std::string> unread() const;
  /// If the field `older` is present, it is read in place of `name`.
  void alias(const std::string& name, const std::string& older);

  // ── faults ──
  /// A fault of a field.
  void problem(const std::string& name, std::string what, std::string expected,
               std::string hint = "") const;
  /// A fault of something inside a field; `found`: what is there.
  void problem_at(const std::string& place, std::string what, std::string expected,
                  const nlohmann::json& found, std::string hint = "") const;
  /// Throws a fault of this value, after those that were kept.
  [[noreturn]] void refuse(std::string what, std::string expected, std::string found,
                           std::string hint = "") const;
  /// Throws one Error with the faults that were kept, if there are any.
  void finish() const;

 private:
  struct Document;
  JsonReader(const JsonReader& parent, const nlohmann::json& value, std::string path)
      : value_(&value), document_(parent.document_), path_(std::move(path)) {}
  std::string inner(const std::string& name) const;
  const nlohmann::json* present(const std::string& name) const;  // null if absent
  void add(std::string path, std::string what, std::string expected, std::string found,
           std::string hint) const;
  void wrong_type(const std::string& name, const char* expected) const;
  [[noreturn]] void refuse_type(const char* expected) const;

  const nlohmann::json* value_;
  std::shared_ptr<Document> document_;  // shared by all its readers
  std::string path_;
  std::vector<std::pair<std::string, std::string>> aliases_;
};

}  // namespace twofold::formats
