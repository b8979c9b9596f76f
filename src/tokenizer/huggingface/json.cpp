#include "tokenizer/huggingface/json.h"

#include "base/text.h"
#include "formats/json.h"

namespace twofold::hf {

JsonReader read_tokenizer_json(const nlohmann::json& document, const std::string& file) {
  return {document, file, "take the tokenizer.json as the `tokenizers` library writes it",
          JsonReader::Faults::kThrow};
}

void unsupported(const JsonReader& node, const std::string& kind, const std::string& type,
                 const std::vector<std::string>& known) {
  node.refuse("unsupported " + kind + ": " + formats::printable(type), join(known, ", "), type,
              "twofold does not guess what it does not know: its ids would be wrong");
}

}  // namespace twofold::hf
