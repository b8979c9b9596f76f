#include "run/resume/saved_config.h"

#include "config/fields.h"
#include "config/parsed.h"
#include "run/registry.h"

namespace twofold {

namespace {

RunConfig parsed(const std::string& text, const std::string& file) {
  const config::Parsed yaml({.text = text, .name = file});
  RunConfig config = make_run_config(yaml.job().value_or(""), file + " job", family_asked(yaml));
  config::Fields fields = config::fields_of(config);
  throw_problems(yaml.fill(fields).problems);
  return config;
}

}  // namespace

RunConfig read_run_config(const Path& file) { return parsed(read_text(file), file.string()); }

RunConfig saved_config(const CheckpointInfo& checkpoint) {
  return parsed(CheckpointStore::config_yaml(checkpoint),
                (checkpoint.folder / "config.yaml").string());
}

}  // namespace twofold
