// Encodes a text with a tokenizer and prints bytes and seconds (of processor time) of the fastest
// of some rounds, as JSON.
//   bench_tokenizers TOKENIZER TEXT lines|whole ROUNDS

#include <fmt/format.h>
#include <twofold/error.h>
#include <twofold/tokenizer.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "base/files.h"

namespace {

std::vector<std::string_view> documents(const std::string& text, bool lines) {
  if (!lines) return {text};
  std::vector<std::string_view> all;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    all.push_back(std::string_view(text).substr(begin, end - begin));
    begin = end;
  }
  return all;
}

/// Seconds of processor time: others on the machine disturb them less than the clock's.
double now() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return twofold::Error::kExitCode;
  try {
    const double start = now();
    const auto tokenizer = twofold::tokenizer_from_path(argv[1]);
    const double load = now() - start;
    const std::string text = twofold::read_text(argv[2]);
    const auto parts = documents(text, std::string_view(argv[3]) == "lines");
    double best = 1e9;
    size_t ids = 0;
    for (int round = 0; round < std::atoi(argv[4]); ++round) {
      const double begin = now();
      ids = 0;
      for (const std::string_view part : parts) ids += tokenizer->encode(part).size();
      best = std::min(best, now() - begin);
    }
    fmt::print(R"({{"bytes":{},"ids":{},"seconds":{},"load":{}}})"
               "\n",
               text.size(), ids, best, load);
    return 0;
  } catch (const twofold::Error& problem) {
    fmt::print(stderr, "{}\n", problem.what());
    return twofold::Error::kExitCode;
  }
}
