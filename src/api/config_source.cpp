#include "api/config_source.h"

#include "base/files.h"

namespace twofold {

config::Parsed parse(const ConfigSource& given) {
  config::Source source{.overrides = given.overrides};
  if (!given.file.empty()) {
    source.text = read_text(given.file);
    source.name = given.file.string();
  }
  return config::Parsed(std::move(source));
}

std::string job_of(const ConfigSource& given, const config::Parsed& source) {
  return given.job.empty() ? source.job().value_or("") : given.job;
}

}  // namespace twofold
