#pragma once
// JSON lines: one object a line, from a file or from standard input, in streams of any length.
//
//   twofold::JsonlReader lines("-");
//   while (lines.next()) use(lines.integers("ids"));

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace twofold {

class JsonlReader {
 public:
  /// Of a file, or of standard input for "-". Empty lines are skipped.
  explicit JsonlReader(const std::string& file);
  ~JsonlReader();
  JsonlReader(const JsonlReader&) = delete;
  JsonlReader& operator=(const JsonlReader&) = delete;

  /// Goes to the next object; false at the end. Throws an Error naming the line if it is not
  /// exactly one JSON object.
  bool next();
  /// "ids.jsonl:3", "standard input:3": the line that next() read last.
  std::string where() const;
  /// That line, without its end.
  const std::string& line() const;
  /// Whether next() would have to wait for more input. Reads the input that is already available.
  bool must_wait();

  /// The object's field `name` as a text or as a list of integers; throws an Error naming the line
  /// if it is something else.
  const std::string& text(const char* name) const;
  std::vector<int64_t> integers(const char* name) const;

 private:
  struct Input;
  struct Object;
  std::unique_ptr<Input> input_;
  std::unique_ptr<Object> object_;
};

}  // namespace twofold
