#pragma once
// JSON lines: one object a line, in streams of any length.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace twofold::formats {

/// The objects of a file, or of standard input for "-". Empty lines are skipped.
class JsonLines {
 public:
  explicit JsonLines(const std::string& file);
  ~JsonLines();
  JsonLines(const JsonLines&) = delete;
  JsonLines& operator=(const JsonLines&) = delete;

  /// The next object; false at the end. An Error with the line for one that is not one JSON object.
  bool next(nlohmann::json& object);
  /// "ids.jsonl:3", "standard input:3": the line that next() read last.
  std::string where() const;
  /// Whether next() would have to wait for whoever writes the lines. Reads what is there.
  bool must_wait();

 private:
  bool has_line();
  bool next_line(std::string& line);
  bool read_more();

  std::string name_;
  int file_ = 0;
  std::string buffer_;
  size_t begin_ = 0;     // of the next line in the buffer
  size_t searched_ = 0;  // there is no line's end between begin_ and here
  bool at_end_ = false;
  size_t number_ = 0;
};

/// The field `name` of `object`, a list of integers; an Error naming `where` if it is not one.
std::vector<int64_t> integer_list(const nlohmann::json& object, const char* name,
                                  const std::string& where);

}  // namespace twofold::formats
