#pragma once
// A caller's config, read once.

#include "config/parsed.h"
#include "twofold/job.h"

namespace twofold {

config::Parsed parse(const ConfigSource& given);
/// The job that the caller names, else the one that the config names; empty if there is neither.
std::string job_of(const ConfigSource& given, const config::Parsed& source);

}  // namespace twofold
