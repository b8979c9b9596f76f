// Tasks that ask a model to write.

#include "base/error.h"
#include "eval/generate_until.h"
#include "eval/task_kinds.h"
#include "tasks/encode.h"
#include "tasks/measure_texts.h"

namespace twofold {
namespace {

class GenerationTask : public TaskEvaluation {
 public:
  GenerationTask(tasks::Task task, std::vector<tasks::Item> items, const TextReader& reader)
      : TaskEvaluation(std::move(task), std::move(items)),
        tokenizer_(reader.tokenizer),
        positions_(reader.positions),
        limits_{.until = this->task().until,
                .end_tokens = reader.end_tokens,
                .max_new_tokens = this->task().max_gen_toks} {
    const bool chat = this->task().apply_chat_template;
    TWOFOLD_EXPECT(!chat || reader.turn, "a task of turns needs the layout of a turn");
    // A template writes the tokens around a text itself.
    tasks::Reading reading = reader.reading;
    reading.special = reading.special && !chat;
    tasks::Encoder encoder(tokenizer_, reading);
    for (const tasks::Item& item : this->items()) {
      const std::string& context = item.contexts.front();
      std::vector<int32_t> ids = encoder.encode(chat ? reader.turn(item.system, context) : context);
      if (ids.empty()) ids = {reading.begin};
      contexts_.push_back(std::move(ids));
    }
    measure_texts(this->task(), {}, {});  // an Error for a pattern that is none, before any work
  }

  TaskScore score(Model& model, const std::function<void(double)>& progress) const override {
    Answers written = generate_until(model, tokenizer_, positions_, contexts_, limits_, progress);
    TaskScore made{.cut = written.cut};
    for (std::string& text : written.texts) made.answers.push_back({.text = std::move(text)});
    made.metrics = measure_texts(task(), items(), made.answers);
    return made;
  }

 private:
  const Tokenizer& tokenizer_;
  int64_t positions_;
  GenerationLimits limits_;
  std::vector<std::vector<int32_t>> contexts_;
};

}  // namespace

std::unique_ptr<TaskEvaluation> make_generation_task(tasks::Task task,
                                                     std::vector<tasks::Item> items,
                                                     const TextReader& reader) {
  return std::make_unique<GenerationTask>(std::move(task), std::move(items), reader);
}

}  // namespace twofold
