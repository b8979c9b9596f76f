#pragma once
// What can be run, by name. Every family of models, including those that a program registers, has
// one job that trains all parameters and one that trains adapters after that.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "run/job.h"
#include "run/run_config.h"

namespace twofold {

struct JobEntry {
  std::string name;
  std::string summary;
  std::function<std::unique_ptr<Job>()> make;
};
std::vector<JobEntry> job_registry();

/// Throws an Error naming `where` and near names for an unknown job.
std::unique_ptr<Job> make_job(const std::string& name, const std::string& where = "job");

/// The config of a job that trains, at its defaults. Throws an Error for any other.
RunConfig make_run_config(const std::string& job, const std::string& where = "job");

}  // namespace twofold
