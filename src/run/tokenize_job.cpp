#include "run/tokenize_job.h"

#include <fmt/format.h>

#include "base/text.h"
#include "data/tokenize/run.h"
#include "data/tokenize/tokenize.h"
#include "run/records_preview.h"
#include "run/reference_keys.h"
#include "tokenizer/load/make.h"

namespace twofold {
namespace {

/// What is learnt of the rows, as far as that is not simply all of them.
void report_teaching(const TokenizeResult& result, Observer& observer) {
  const Teaching& teaching = result.teaching;
  const auto say = [&](Severity severity, const std::string& text) {
    observer.message(severity, text);
  };
  if (!result.layout.empty()) {
    say(Severity::kInfo, "conversations are written by " + result.layout);
  }
  if (teaching.learnt > 0 && teaching.learnt < result.tokens) {
    say(Severity::kInfo, fmt::format("{} of {} tokens are learnt, {} of them end a turn or a text",
                                     with_thousands(teaching.learnt), with_thousands(result.tokens),
                                     with_thousands(teaching.ends)));
    if (teaching.ends == 0) {
      say(Severity::kWarning, "no token that ends a turn is learnt: the model will not stop");
    }
  }
  if (teaching.nothing > 0) {
    say(Severity::kWarning, fmt::format("{} rows have no token that is learnt: they are left out",
                                        with_thousands(teaching.nothing)));
  }
  if (teaching.marks > 0) {
    say(Severity::kWarning,
        fmt::format("{} special tokens are spelled in texts of the records (data/content_marks)",
                    with_thousands(teaching.marks)));
  }
}

/// Both jobs: a config, and the function of the data layer that does the work.
template <class Config, auto tokenize>
class TokenizeJob : public Job {
 public:
  void declare(config::Fields& fields) override {
    config_.declare(fields);
    declare_absent_of_tokenizing(fields);
  }

  std::vector<std::string> resolve(const std::vector<std::string>&, config::Checks&) override {
    return {};
  }

  void check_files(const std::filesystem::path& root, config::Checks& checks) override {
    checks.run_aside({"data/"}, [&] {
      output_folder(config_, root / "data");
      const Documents documents(config_.files(), config_.form);
      found_ = {{"files", with_thousands(std::ssize(documents.files()))},
                {"form", form_name(documents.form())}};
    });
  }

  std::vector<Table> plan(const std::filesystem::path& root) override {
    Table table{.title = "Plan", .rows = {{"source", config_.source}}};
    table.rows.insert(table.rows.end(), found_.begin(), found_.end());
    table.rows.push_back({"dataset", (root / "data" / label()).string()});
    table.rows.push_back({"tokenizer", config_.tokenizer.backend});
    return {table};
  }

  Preview preview(const std::filesystem::path&) override {
    const auto tokenizer = make_tokenizer(config_.tokenizer);
    Preview preview;
    add_records(label(), preview_records(config_, *tokenizer), *tokenizer, preview);
    return preview;
  }

  void run(const ExecutionSpec& spec, Observer& observer) override {
    TokenizeOptions options;
    options.progress = [&](const TokenizeProgress& progress) {
      observer.work(
          {.what = "tokenizing " + label(),
           .done = progress.fraction,
           .detail = fmt::format("{} tokens", human_count(static_cast<double>(progress.tokens)))});
    };
    const TokenizeResult result = tokenize(config_, spec.data(), options);
    observer.message(Severity::kInfo,
                     result.already_done
                         ? fmt::format("{} is done: {}", label(), result.folder.string())
                         : fmt::format("{}: {} documents, {} tokens, train {}, val {}, in {}",
                                       label(), with_thousands(result.documents),
                                       with_thousands(result.tokens), with_thousands(result.train),
                                       with_thousands(result.val), result.folder.string()));
    if (result.truncated + result.dropped > 0) {
      observer.message(
          Severity::kInfo,
          fmt::format("{} documents are longer than a row: {} are cut, {} left out",
                      with_thousands(result.truncated + result.dropped),
                      with_thousands(result.truncated), with_thousands(result.dropped)));
    }
    report_teaching(result, observer);
    if (result.bad.skipped + result.bad.replaced > 0) warn(result, observer);
  }

 private:
  static void warn(const TokenizeResult& result, Observer& observer) {
    observer.message(
        Severity::kWarning,
        fmt::format("{} bad records were skipped and {} repaired: {} lists them",
                    with_thousands(result.bad.skipped), with_thousands(result.bad.replaced),
                    (result.folder / kBadRecordsFile).string()));
  }

  static std::string form_name(forms::Form form) {
    if (form == forms::Form::kAuto) return "text";  // there is none but plain text
    for (const auto& [value, name] : config_names(form)) {
      if (value == form) return name;
    }
    throw Bug("form", __FILE__, __LINE__, "a form without a name");
  }

  std::string label() const { return config_.label(); }
  std::vector<std::vector<std::string>> found_;  ///< what check_files has found in the source
  Config config_;
};

}  // namespace

std::unique_ptr<Job> make_variable_tokenizer() {
  return std::make_unique<TokenizeJob<TokenizeVariableConfig, tokenize_variable>>();
}

std::unique_ptr<Job> make_blockwise_tokenizer() {
  return std::make_unique<TokenizeJob<TokenizeBlockwiseConfig, tokenize_blockwise>>();
}

}  // namespace twofold
