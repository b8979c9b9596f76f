#pragma once
// data/form, data/fields, data/system_prompt: what the fields of a record mean.

#include <array>
#include <map>
#include <string>
#include <utility>

#include "config/fields.h"

namespace twofold::forms {

enum class Form {
  kAuto,        ///< by the fields of the first record
  kText,        ///< {"text"}
  kMessages,    ///< {"messages": [{"role", "content"}, …]}
  kShareGpt,    ///< {"conversations": [{"from", "value"}, …]}
  kAlpaca,      ///< {"instruction", "input", "output"}
  kCompletion,  ///< {"prompt", "completion"}
};

inline std::array<std::pair<Form, const char*>, 6> config_names(Form) {
  return {{{Form::kAuto, "auto"},
           {Form::kText, "text"},
           {Form::kMessages, "messages"},
           {Form::kShareGpt, "sharegpt"},
           {Form::kAlpaca, "alpaca"},
           {Form::kCompletion, "completion"}}};
}

struct FormSettings {
  Form form = Form::kAuto;
  std::string text_key = "text";
  std::map<std::string, std::string> fields = {};  ///< our name of a field → the records' name
  std::string system_prompt = {};
  void declare(config::Fields& fields);
};

}  // namespace twofold::forms
