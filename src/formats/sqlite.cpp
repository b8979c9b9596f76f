#include "formats/sqlite.h"

#include <sqlite3.h>

#include "base/error.h"

namespace twofold::formats {
namespace {

constexpr int kWaitMilliseconds = 10'000;

using SqlStatement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

int bind(sqlite3_stmt* statement, int place, const SqlValue& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    return sqlite3_bind_int64(statement, place, *number);
  }
  const auto& text = std::get<std::string>(value);
  return sqlite3_bind_text64(statement, place, text.data(), text.size(), SQLITE_STATIC,
                             SQLITE_UTF8);
}

SqlValue first_column(sqlite3_stmt* statement) {
  if (sqlite3_column_type(statement, 0) == SQLITE_INTEGER) {
    return int64_t{sqlite3_column_int64(statement, 0)};
  }
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
  return std::string(text ? text : "");
}

sqlite3* open_sqlite(const Path& file) {
  sqlite3* handle = nullptr;
  sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  return handle;
}

}  // namespace

Database::Database(const Path& file) : file_(file), handle_(open_sqlite(file), sqlite3_close_v2) {
  if (sqlite3_errcode(handle_.get()) != SQLITE_OK) refuse("cannot open the database");
  sqlite3_busy_timeout(handle_.get(), kWaitMilliseconds);
}

void Database::refuse(const std::string& what) const {
  fail({.what = what,
        .where = file_.string(),
        .expected = "an SQLite database that can be written",
        .found = handle_ ? sqlite3_errmsg(handle_.get()) : "no memory",
        .hint = "move away what is there, or free space on its disk"});
}

SqlValue Database::run(const std::string& statement, const std::vector<SqlValue>& values) {
  sqlite3_stmt* prepared = nullptr;
  const int found = sqlite3_prepare_v2(handle_.get(), statement.data(),
                                       static_cast<int>(statement.size()), &prepared, nullptr);
  const SqlStatement owned(prepared, sqlite3_finalize);
  if (found != SQLITE_OK) refuse("the database does not take what twofold asks");
  for (size_t i = 0; i < values.size(); ++i) {
    if (bind(prepared, static_cast<int>(i) + 1, values[i]) != SQLITE_OK) {
      refuse("the database does not take a value");
    }
  }
  SqlValue first = int64_t{0};
  int state = sqlite3_step(prepared);
  if (state == SQLITE_ROW) first = first_column(prepared);
  while (state == SQLITE_ROW) state = sqlite3_step(prepared);
  if (state != SQLITE_DONE) refuse("cannot write to the database");
  return first;
}

}  // namespace twofold::formats
