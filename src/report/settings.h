#pragma once
// A run's config as a flat list of settings.

#include <string>
#include <utility>
#include <vector>

namespace twofold::report {

/// Slash keys with their values on one line, in the order of the file. Throws an Error for bad
/// YAML.
std::vector<std::pair<std::string, std::string>> settings_in(const std::string& yaml,
                                                             const std::string& file);
/// The numbers of a value: 5, or [1, 2]. What is no number is left out.
std::vector<double> numbers_in(const std::string& value);

}  // namespace twofold::report
