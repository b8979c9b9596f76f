#pragma once
// A task is a YAML file: what a model is asked, what is right, and how answers are counted. Its
// keys are those of lm-eval's task files; where lm-eval names a data set of the Hub, a task here
// names local files (docs/eval.md). Texts that are made of a document's fields are Jinja templates.

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "twofold/config/fields.h"

namespace twofold::tasks {

/// How a model is asked.
enum class OutputType {
  kMultipleChoice,        ///< which of several texts it finds likeliest
  kLoglikelihood,         ///< how likely it finds one text after another
  kLoglikelihoodRolling,  ///< how likely it finds a whole document
  kGenerateUntil,         ///< what it writes
};
inline std::array<std::pair<OutputType, const char*>, 4> config_names(OutputType) {
  return {{{OutputType::kMultipleChoice, "multiple_choice"},
           {OutputType::kLoglikelihood, "loglikelihood"},
           {OutputType::kLoglikelihoodRolling, "loglikelihood_rolling"},
           {OutputType::kGenerateUntil, "generate_until"}}};
}

/// Which examples stand in front of a question.
enum class Sampler {
  kDefault,  ///< drawn anew for each question, by lm-eval's own random numbers
  kFirstN,   ///< the first ones
};
inline std::array<std::pair<Sampler, const char*>, 2> config_names(Sampler) {
  return {{{Sampler::kDefault, "default"}, {Sampler::kFirstN, "first_n"}}};
}

struct MetricSpec {
  std::string metric = {};
  /// Of texts that are compared.
  bool ignore_case = false, ignore_punctuation = false, ignore_numbers = false;
  std::vector<std::string> regexes_to_ignore = {};  ///< removed from both before
  void declare(config::Fields& fields);
};

/// One step from what a model wrote to the answer in it.
struct FilterStep {
  std::string function = {};
  std::string regex_pattern = {};
  int64_t group_select = 0;  ///< which match: 0 the first, -1 the last
  std::string fallback = "[invalid]";
  void declare(config::Fields& fields);
};

/// A way to read answers. A metric's name is "metric,name" if a task has filters.
struct FilterList {
  std::string name = {};
  std::vector<FilterStep> filter = {};
  void declare(config::Fields& fields);
};

struct Task {
  std::string task = {};  ///< its id, as users ask for it
  OutputType output_type = OutputType::kMultipleChoice;
  // ── documents: files in the folder of the data ──
  std::vector<std::string> data_files = {};    ///< the first that is there
  std::vector<std::string> labels_files = {};  ///< the same; line by line the field `label`
  std::vector<std::string> fewshot_files = {};
  /// Fields that are made of a document's own before anything else.
  std::map<std::string, std::string> process_docs = {};
  /// Documents with the same value in this field are one: the first, with the field `group`, a list
  /// of all of them.
  std::string group_by = {};
  // ── the question ──
  std::string description = {};  ///< in front of everything
  std::string doc_to_text = {};
  std::string doc_to_choice = {};  ///< a list of texts; of generate_until: what may be right
  /// Choices are the contexts, doc_to_text says which is right, and the target follows each.
  bool multiple_inputs = false;
  std::string doc_to_target = {};  ///< the right text or texts, or its number among the choices
  std::string target_delimiter = " ";
  /// The question is a user's turn of a chat, and the description the system's.
  bool apply_chat_template = false;
  // ── examples ──
  int64_t num_fewshot = 0;
  std::string fewshot_delimiter = "\n\n";
  Sampler sampler = Sampler::kDefault;
  std::string fewshot_match = {};  ///< examples have the question's value in this field
  // ── the answer ──
  std::vector<std::string> until = {};  ///< texts that end what a model writes
  int64_t max_gen_toks = 256;
  std::vector<FilterList> filter_list = {};
  std::vector<MetricSpec> metric_list = {};

  void declare(config::Fields& fields);
};

/// Comes behind an id in the name of the reference's task. Where lm-eval has no task of that id,
/// the id alone is the reference's, too.
inline constexpr const char* kRollout = "_rollout";

/// The task of a built-in id or of a YAML file (a name that ends in .yaml or .yml). An Error with
/// near names, or with file and line and all that is wrong.
Task load_task(const std::string& id_or_file);
/// Several, each once: an Error with all that is wrong with them. `where` says who named them.
std::vector<Task> load_tasks(const std::vector<std::string>& names, const std::string& where);
/// The ids of all that are built in, sorted.
std::vector<std::string> task_ids();

}  // namespace twofold::tasks
