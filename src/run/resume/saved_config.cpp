#include "run/resume/saved_config.h"

#include "config/fields.h"
#include "config/parsed.h"
#include "run/registry.h"

namespace twofold {

RunConfig saved_config(const CheckpointInfo& checkpoint) {
  const std::string file = (checkpoint.folder / "config.yaml").string();
  const config::Parsed yaml({.text = CheckpointStore::config_yaml(checkpoint), .name = file});
  RunConfig config = make_run_config(yaml.job().value_or(""), file + " job");
  config::Fields fields = config::fields_of(config);
  throw_problems(yaml.fill(fields).problems);
  return config;
}

}  // namespace twofold
