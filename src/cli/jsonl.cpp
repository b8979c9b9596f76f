#include "cli/jsonl.h"

#include <fmt/format.h>
#include <twofold/error.h>

#include <csignal>
#include <cstdio>
#include <iostream>

JsonLines::JsonLines(const std::string& file) : in_(&std::cin), name_("standard input") {
  // A filter has nothing to save: one signal ends it, even while it waits for a line.
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  std::ios::sync_with_stdio(false);
  if (file == "-") return;
  name_ = file;
  file_.open(file);
  if (!file_) twofold::fail({.what = "cannot open a file", .where = file});
  in_ = &file_;
}

bool JsonLines::next(nlohmann::json& object) {
  while (std::getline(*in_, line_)) {
    ++number_;
    if (line_.find_first_not_of(" \t\r") == std::string::npos) continue;
    try {
      object = nlohmann::json::parse(line_);
    } catch (const nlohmann::json::parse_error& fault) {
      twofold::fail({.what = "a line that is not JSON",
                     .where = where(),
                     .expected = "an object on one line",
                     .found = fmt::format("a fault at byte {}", fault.byte)});
    }
    if (object.is_object()) return true;
    twofold::fail({.what = "a line that is not a JSON object",
                   .where = where(),
                   .expected = "an object on one line",
                   .found = object.type_name()});
  }
  return false;
}

std::string JsonLines::where() const { return fmt::format("{}:{}", name_, number_); }

std::vector<int64_t> integer_list(const nlohmann::json& object, const char* name,
                                  const std::string& where) {
  const auto refuse = [&](const std::string& found) {
    twofold::fail({.what = fmt::format("`{}` is not a list of ids", name),
                   .where = where,
                   .expected = fmt::format("{{\"{}\": [1, 2, 3]}}", name),
                   .found = found});
  };
  const auto list = object.find(name);
  if (list == object.end()) refuse("no such field");
  if (!list->is_array()) refuse(list->type_name());
  std::vector<int64_t> values;
  values.reserve(list->size());
  for (const nlohmann::json& entry : *list) {
    if (!entry.is_number_integer())
      refuse(fmt::format("ids[{}] is a {}", values.size(), entry.type_name()));
    values.push_back(entry.get<int64_t>());
  }
  return values;
}

void put_line(const std::string& line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  if (std::fflush(stdout) != 0) twofold::fail({.what = "cannot write to standard output"});
}
