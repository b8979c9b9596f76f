#include "formats/sqlite.h"

#include <gmock/gmock.h>

#include "file_fixture.h"

namespace twofold::formats {
namespace {

using testing::HasSubstr;

struct Sqlite : FileTest {};

TEST_F(Sqlite, KeepsNumbersAndTexts) {
  const Path file = folder_ / "a.db";
  {
    Database database(file);
    database.run("CREATE TABLE t (n INTEGER, s TEXT)");
    database.run("INSERT INTO t VALUES (?, ?), (?, ?)", {int64_t{1} << 40, "a'b", int64_t{-1}, ""});
  }
  Database database(file);
  EXPECT_EQ(database.number("SELECT n FROM t WHERE s = ?", {"a'b"}), int64_t{1} << 40);
  EXPECT_EQ(std::get<std::string>(database.run("SELECT s FROM t ORDER BY n DESC")), "a'b");
  EXPECT_EQ(database.number("SELECT n FROM t WHERE n = 7"), 0);
}

TEST_F(Sqlite, SaysWhatIsWrong) {
  EXPECT_THAT(error_of([&] { Database(folder_ / "none" / "a.db"); }),
              HasSubstr("unable to open database file"));
  const Path text =
      put("text.db", "this is a text, and no database at all: " + std::string(200, '.'));
  EXPECT_THAT(error_of([&] { Database(text).run("SELECT * FROM t"); }),
              HasSubstr("file is not a database"));
  Database full(folder_ / "full.db");
  full.run("CREATE TABLE t (s TEXT)");
  full.run("PRAGMA max_page_count = 2");
  EXPECT_THAT(error_of([&] { full.run("INSERT INTO t VALUES (?)", {std::string(100'000, 'x')}); }),
              HasSubstr("full"));
  EXPECT_THAT(error_of([&] { full.run("SELEKT 1"); }), HasSubstr("syntax error"));
}

}  // namespace
}  // namespace twofold::formats
