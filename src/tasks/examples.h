#pragma once
// The examples in front of a question.

#include <string>
#include <vector>

#include "tasks/python_random.h"
#include "tasks/questions.h"

namespace twofold::tasks {

class Examples {
 public:
  /// `count`: how many stand in front of each question.
  Examples(const Task& task, const Questions& questions, const Path& folder, size_t count);

  /// Those of a question. To be asked for question by question, in their order: lm-eval's random
  /// numbers go on from each to the next. An Error if there are too few.
  std::string in_front_of(const Document& question);

 private:
  /// The examples that this question may have.
  std::vector<const Document*> pool(const Document& question) const;
  std::vector<const Document*> drawn(std::vector<const Document*> pool, const Document& question);

  const Task& task_;
  const Questions& questions_;
  size_t count_;
  bool own_;  ///< they are the task's own documents, of which the question is one
  std::vector<Document> all_ = {};
  PythonRandom random_;
};

}  // namespace twofold::tasks
