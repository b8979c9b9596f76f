#include "data/forms/settings.h"

namespace twofold::forms {

void FormSettings::declare(config::Fields& declared) {
  declared.add(
      "data/form", form,
      "What the fields of a record mean: text, messages (roles and contents, as OpenAI's), "
      "sharegpt (conversations of from and value), alpaca (instruction, input, output), "
      "completion (prompt and completion); auto: what the first record looks like.");
  declared.add("data/text_key", text_key, "Field that holds the text of the form text.");
  declared.add("data/fields", fields,
               "Names of the fields in the records, where they are others: {prompt: question, "
               "completion: answer}, {messages: dialog, role: from, content: value}.");
  declared.add("data/system_prompt", system_prompt,
               "System turn of conversations that have none; empty: they get none.");
}

}  // namespace twofold::forms
