#include "tasks/task.h"

#include "tasks/metric_names.h"

namespace twofold::tasks {
namespace {

/// Keys of lm-eval's task files that say where data of the Hub is, or nothing about the score.
void declare_lm_eval_keys(config::Fields& fields) {
  for (const char* key : {"dataset_path", "dataset_name", "dataset_kwargs", "test_split",
                          "validation_split", "training_split", "custom_dataset"}) {
    fields.absent(key, "tasks read local files: name them in data_files");
  }
  fields.absent("fewshot_split", "tasks read local files: name them in fewshot_files");
  for (const char* key : {"should_decontaminate", "doc_to_decontamination_query", "tag", "repeats",
                          "metadata", "task_alias"}) {
    fields.absent(key, "it changes no score: remove it");
  }
  fields.absent("process_results", "metric_list says how answers are counted");
}

}  // namespace

void MetricSpec::declare(config::Fields& fields) {
  fields.add("metric", metric, "What is counted.", {.choices = metric_names(), .required = true});
  fields.add("ignore_case", ignore_case, "Texts are compared without regard to case.");
  fields.add("ignore_punctuation", ignore_punctuation,
             "Texts are compared without their ASCII punctuation.");
  fields.add("ignore_numbers", ignore_numbers, "Texts are compared without their digits.");
  fields.add("regexes_to_ignore", regexes_to_ignore,
             "What matches is removed from both texts before they are compared.");
}

void FilterStep::declare(config::Fields& fields) {
  fields.add("function", function, "What the step does.",
             {.choices = {"regex", "take_first", "remove_whitespace", "lowercase", "uppercase"},
              .required = true});
  fields.add("regex_pattern", regex_pattern, "Of regex: what is looked for.");
  fields.add("group_select", group_select, "Of regex: which match, 0 the first, -1 the last.");
  fields.add("fallback", fallback, "Of regex: the answer where nothing matches.");
}

void FilterList::declare(config::Fields& fields) {
  fields.add("name", name, "Comes behind the metric's name: exact_match,strict-match.",
             {.required = true});
  fields.add("filter", filter, "The steps, in order.");
}

void Task::declare(config::Fields& fields) {
  fields.add("task", task, "The task's id.");
  fields.add("output_type", output_type, "How a model is asked.");
  fields.add("data_files", data_files, "Names of the documents' file: the first that is there.");
  fields.add("labels_files", labels_files,
             "Names of a file whose lines are the field `label` of the documents.");
  fields.add("fewshot_files", fewshot_files,
             "Names of the examples' file; without any they are other documents of the task.");
  fields.add("process_docs", process_docs,
             "Fields that are made of a document's own: a template each.");
  fields.add("group_by", group_by,
             "Field whose equal values make one document of several: the first, with a field "
             "`group` that lists them all.");
  fields.add("description", description, "Template of a text in front of everything.");
  fields.add("doc_to_text", doc_to_text, "Template of the question, or a field's name.");
  fields.add("doc_to_choice", doc_to_choice, "Template of the list of choices, or a field's name.");
  fields.add("multiple_inputs", multiple_inputs,
             "The choices are what the model reads, doc_to_text is the number of the right one, "
             "and doc_to_target follows each.");
  fields.add("doc_to_target", doc_to_target,
             "Template of the right text or its number among the choices, or a field's name.");
  fields.add("target_delimiter", target_delimiter, "Between question and answer.");
  fields.add("apply_chat_template", apply_chat_template,
             "The question is a user's turn, and the description the system's, in the layout of "
             "the model's chat template.");
  fields.add("num_fewshot", num_fewshot, "Examples in front of each question.", {.min = 0});
  fields.add("fewshot_delimiter", fewshot_delimiter, "Behind each example.");
  fields.add("fewshot_config/sampler", sampler, "Which examples: default draws, first_n does not.");
  fields.add("fewshot_config/match", fewshot_match,
             "A field in which examples have the question's value.");
  fields.add("generation_kwargs/until", until, "Texts that end what a model writes.");
  fields.add("generation_kwargs/max_gen_toks", max_gen_toks, "Tokens that a model writes at most.",
             {.min = 1});
  fields.add("filter_list", filter_list, "Ways to find the answer in what a model wrote.");
  fields.add("metric_list", metric_list, "What is counted.");
  declare_lm_eval_keys(fields);
}

}  // namespace twofold::tasks
