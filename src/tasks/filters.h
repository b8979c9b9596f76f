#pragma once
// From what a model wrote to the answer in it: the steps of a filter_list, as lm-eval takes them.

#include <optional>
#include <string>
#include <vector>

#include "tasks/task.h"
#include "unicode/search.h"

namespace twofold::tasks {

class Filters {
 public:
  /// `where` names the task in the Error for a pattern that is none.
  Filters(const FilterList& list, const std::string& where);
  std::string answer_in(std::string text) const;

 private:
  struct Step {
    FilterStep spec;
    std::optional<Search> search = {};  ///< of a regex
  };
  std::vector<Step> steps_;
};

}  // namespace twofold::tasks
