#pragma once
// What can be run, by name. Every family of models, including those that a program registers, has
// one job that trains all parameters and one that trains adapters after that; continual/train/* are
// for any family.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/parsed.h"
#include "run/job.h"
#include "run/run_config.h"

namespace twofold {

/// The family of a job that leaves it to the config, where that says nothing.
inline constexpr const char* kFamily = "gpt";

struct JobEntry {
  std::string name;
  std::string summary;
  std::function<std::unique_ptr<Job>(const std::string& family)> make;
};
std::vector<JobEntry> job_registry();

/// The family of the jobs that leave it to the config: architecture/family, or that of the weights
/// it names, or gpt.
std::string family_asked(const config::Parsed& source);

/// Throws an Error naming `where` and near names for an unknown job. `family`: of a job that leaves
/// it to the config.
std::unique_ptr<Job> make_job(const std::string& name, const std::string& where = "job",
                              const std::string& family = kFamily);

/// The config of a job that trains, at its defaults. Throws an Error for any other.
RunConfig make_run_config(const std::string& job, const std::string& where = "job",
                          const std::string& family = kFamily);

}  // namespace twofold
