#pragma once
// An SQLite database, as far as twofold writes one.

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/files.h"

struct sqlite3;

namespace twofold::formats {

using SqlValue = std::variant<int64_t, std::string>;

/// Every failure is an Error that names the file and SQLite's reason. Another process that writes
/// to the database is waited for, ten seconds at most.
class Database {
 public:
  /// Opens the file, which is made if it is missing.
  explicit Database(const Path& file);
  /// Runs one statement with these values for its question marks. Returns the first column of the
  /// first row; nothing (0) without rows.
  SqlValue run(const std::string& statement, const std::vector<SqlValue>& values = {});
  /// The same, for a whole number.
  int64_t number(const std::string& statement, const std::vector<SqlValue>& values = {}) {
    return std::get<int64_t>(run(statement, values));
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const;
  Path file_;
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle_;
};

}  // namespace twofold::formats
