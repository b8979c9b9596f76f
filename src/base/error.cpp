#include "base/error.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "base/text.h"

namespace twofold {
namespace {

/// One aligned line of a problem; the lines after the first of a longer text are indented under it.
void append_part(std::string& text, std::string_view label, const std::string& value) {
  if (value.empty()) return;
  constexpr int kLabelWidth = 10;
  text += fmt::format("\n  {:<{}}", fmt::format("{}:", label), kLabelWidth);
  for (char letter : value) {
    text += letter;
    if (letter == '\n') text.append(kLabelWidth + 2, ' ');
  }
}

/// "name+offset" where the symbol is exported, else "module+offset", which addr2line understands.
std::string describe_frame(void* address) {
  Dl_info info{};
  if (dladdr(address, &info) == 0 || info.dli_fname == nullptr) return fmt::format("{}", address);
  const auto place = reinterpret_cast<uintptr_t>(address);
  if (info.dli_sname == nullptr) {
    return fmt::format("{}+{:#x}", info.dli_fname,
                       place - reinterpret_cast<uintptr_t>(info.dli_fbase));
  }
  int status = 0;
  std::unique_ptr<char, void (*)(void*)> demangled(
      abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status), std::free);
  return fmt::format("{}+{:#x}", demangled ? demangled.get() : info.dli_sname,
                     place - reinterpret_cast<uintptr_t>(info.dli_saddr));
}

std::string stack_text() {
  std::array<void*, 48> frames{};
  const int depth = backtrace(frames.data(), static_cast<int>(frames.size()));
  constexpr int kOwnFrames = 2;  // this function and Bug's constructor
  std::string text;
  for (int i = kOwnFrames; i < depth; ++i) {
    text += fmt::format("\n  #{:<2} {}", i - kOwnFrames, describe_frame(frames[i]));
  }
  return text;
}

}  // namespace

std::string Problem::render() const {
  std::string text = "error: " + what;
  append_part(text, "where", where);
  append_part(text, "expected", expected);
  append_part(text, "found", found);
  append_part(text, "try", hint);
  return text;
}

Error::Error(Problem problem) : Error(std::vector<Problem>{std::move(problem)}) {}

Error::Error(std::vector<Problem> problems) : problems_(std::move(problems)) {
  std::vector<std::string> parts;
  for (const Problem& problem : problems_) parts.push_back(problem.render());
  text_ = join(parts, "\n\n");
}

Bug::Bug(const char* condition, const char* file, int line, const std::string& message)
    : text_(fmt::format("bug in twofold: {}\n  at {}:{}: {} does not hold\nstack:{}", message, file,
                        line, condition, stack_text())) {}

void fail(Problem problem) { throw Error(std::move(problem)); }

void throw_problems(std::vector<Problem> problems) {
  if (!problems.empty()) throw Error(std::move(problems));
}

void throw_first_problems(std::vector<Problem> problems, const std::string& where) {
  if (problems.size() > kShownProblems) {
    const size_t more = problems.size() - kShownProblems;
    problems.resize(kShownProblems);
    problems.push_back({.what = fmt::format("and {} more of the kind", more),
                        .where = where,
                        .expected = problems.front().expected,
                        .found = "faults like those above",
                        .hint = problems.front().hint});
  }
  throw_problems(std::move(problems));
}

void gather(std::vector<Problem>& problems, const std::function<void()>& part) {
  try {
    part();
  } catch (const Error& error) {
    problems.insert(problems.end(), error.problems().begin(), error.problems().end());
  }
}

}  // namespace twofold
