#pragma once
// Reads a Hugging Face config.json field by field and gathers what is wrong with it. A field that
// is null counts as absent.

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "twofold/base/constraint.h"

namespace twofold {

class HfReader {
 public:
  /// `file` is shown in errors, and `hint` in those that do not say better what to do.
  HfReader(const nlohmann::json& config, std::string file,
           std::string hint =
               "take a model of the expected kind; this setting changes what it "
               "computes");

  /// Refuses a `model_type` other than these; `what` is the matter then.
  void model_type(const std::vector<std::string>& supported, const std::string& what);

  bool has(const std::string& name) const;
  bool is_null(const std::string& name) const;  ///< written, as null
  bool is(const std::string& name, const nlohmann::json& value) const;
  /// Where the field `older` is there, it stands for `name`.
  void alias(const std::string& name, const std::string& older);
  /// The field's value, or `otherwise` if it is absent; a problem if it must be there, is not of
  /// that type or not within the range.
  int64_t integer(const std::string& name, std::optional<int64_t> otherwise = {});
  double number(const std::string& name, std::optional<double> otherwise = {},
                const Constraint& range = {});
  bool flag(const std::string& name, bool otherwise);
  std::string text(const std::string& name, const std::string& otherwise);
  std::vector<int64_t> integers(const std::string& name);  ///< one number or a list of them
  /// The place, from 1, of the first `entry` in a list; 0 if there is none.
  int64_t place(const std::string& name, const nlohmann::json& entry) const;
  /// A list; empty if absent.
  std::vector<double> numbers(const std::string& name, const Constraint& range = {});
  /// An integer that sizes something: 1 … `most`, so that products of sizes are safe.
  static constexpr auto kMaxSize = static_cast<int64_t>(::twofold::kMaxSize);
  int64_t size(const std::string& name, std::optional<int64_t> otherwise = {},
               int64_t most = kMaxSize);

  /// The field changes what the model computes; only `value` (or its absence) is supported.
  void only(const std::string& name, const nlohmann::json& value);
  void absent(const std::string& name);

  /// A reader of the object in field `name` (an empty one if absent); shares this one's problems.
  HfReader child(const std::string& name);
  void problem(const std::string& name, std::string what, std::string expected,
               std::string hint = "");
  /// Throws everything found so far.
  void finish() const;

 private:
  const nlohmann::json* value(const std::string& name) const;
  void wrong_type(const std::string& name, const char* expected);

  nlohmann::json config_;
  std::string file_, hint_, prefix_;
  std::shared_ptr<std::vector<Problem>> problems_;
};

}  // namespace twofold
