#include "cli/filter.h"

#include <twofold/error.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

namespace {

void write_all(std::string& out) {
  if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size() || std::fflush(stdout) != 0) {
    twofold::fail({.what = "cannot write the result",
                   .where = "standard output",
                   .expected = "a place that takes what is written",
                   .found = std::generic_category().message(errno),
                   .hint = "check the disk, or the program that reads the output"});
  }
  out.clear();
}

}  // namespace

void warn(const std::string& text) { std::fprintf(stderr, "warning: %s\n", text.c_str()); }

void filter(twofold::JsonlReader& lines, Flush flush,
            const std::function<std::string(const twofold::JsonlReader& line)>& convert) {
  constexpr size_t kBlock = 1 << 16;
  // A filter has nothing to save: one signal ends it, even while it waits for a line.
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  std::string out;
  try {
    while (lines.next()) {
      out.append(convert(lines)) += '\n';
      if (flush == Flush::kEachLine || out.size() >= kBlock || lines.must_wait()) write_all(out);
    }
  } catch (const twofold::Error&) {
    write_all(out);  // the lines before the bad one are good
    throw;
  }
  write_all(out);
}
