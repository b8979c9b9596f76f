#include "tokenizer/huggingface/post_processor.h"

namespace twofold::hf {
namespace {

void read_template(const JsonReader& node, int64_t vocab_size, SpecialTokenTemplate& around) {
  SpecialTokenTemplate found;
  bool after = false;
  const JsonReader single = node.at("single");
  for (const JsonReader& item : single.items()) {
    if (auto sequence = item.find("Sequence")) {
      if (after || sequence->at("id").text() != "A") {
        sequence->refuse("unsupported template", "the text, A, once", "more");
      }
      after = true;
      continue;
    }
    const std::string name = item.at("SpecialToken").at("id").text();
    for (const JsonReader& id : node.at("special_tokens").at(name).at("ids").items()) {
      (after ? found.after : found.before)
          .push_back(static_cast<int32_t>(id.integer(0, vocab_size - 1)));
    }
  }
  if (!after) single.refuse("unsupported template", "the text, A, once", "none");
  around.before.insert(around.before.begin(), found.before.begin(), found.before.end());
  around.after.insert(around.after.end(), found.after.begin(), found.after.end());
}

void read(const JsonReader& node, int64_t vocab_size, SpecialTokenTemplate& around) {
  const std::string type = node.at("type").text();
  if (type == "Sequence") {
    for (const JsonReader& item : node.at("processors").items()) read(item, vocab_size, around);
  } else if (type == "TemplateProcessing") {
    read_template(node, vocab_size, around);
  } else if (type != "ByteLevel") {
    unsupported(node, "post_processor", type, {"Sequence", "TemplateProcessing", "ByteLevel"});
  }
}

}  // namespace

SpecialTokenTemplate read_post_processor(const JsonReader& node, int64_t vocab_size) {
  SpecialTokenTemplate around;
  read(node, vocab_size, around);
  return around;
}

}  // namespace twofold::hf
