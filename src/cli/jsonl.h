#pragma once
// Verbs that are filters: a line of JSON in, a line of JSON out, as they come.

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

/// The lines of a file, or of standard input for "-"; empty lines are skipped.
class JsonLines {
 public:
  explicit JsonLines(const std::string& file);
  /// The next line as a JSON object; false at the end. An Error naming the line if it is not one.
  bool next(nlohmann::json& object);
  /// "ids.jsonl:3", the line that next() read last.
  std::string where() const;

 private:
  std::ifstream file_;
  std::istream* in_;
  std::string name_, line_;
  size_t number_ = 0;
};

/// The field `name` of `object`, a list of integers; an Error naming `where` if it is not one.
std::vector<int64_t> integer_list(const nlohmann::json& object, const char* name,
                                  const std::string& where);

/// Writes a line to standard output at once, so that a pipe sees it.
void put_line(const std::string& line);
