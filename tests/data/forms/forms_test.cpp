#include "data/forms/forms.h"

#include "data/data_fixture.h"

namespace twofold::forms {
namespace {

using nlohmann::ordered_json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kWhere = "a.jsonl:7";

Example read(const std::string& record, const FormSettings& settings = {}) {
  Forms forms(settings);
  const ordered_json object = ordered_json::parse(record);
  forms.settle(object, kWhere);
  return forms.read(object, kWhere);
}

std::string fault(const std::string& record, const FormSettings& settings = {}) {
  return error_of([&] { read(record, settings); });
}

Form form_of(const std::string& record, const FormSettings& settings = {}) {
  Forms forms(settings);
  forms.settle(ordered_json::parse(record), kWhere);
  return forms.form();
}

TEST(Forms, AreRecognizedByTheirFields) {
  EXPECT_EQ(form_of(R"({"text": "a"})"), Form::kText);
  EXPECT_EQ(form_of(R"({"prompt": "a", "completion": "b"})"), Form::kCompletion);
  EXPECT_EQ(form_of(R"({"instruction": "a", "input": "", "output": "b", "text": "c"})"),
            Form::kAlpaca);
  EXPECT_EQ(form_of(R"({"messages": [{"role": "user", "content": "a"}]})"), Form::kMessages);
  EXPECT_EQ(form_of(R"({"conversations": [{"from": "human", "value": "a"}]})"), Form::kShareGpt);
  EXPECT_EQ(form_of(R"({"conversations": [{"role": "user", "content": "a"}]})"), Form::kMessages);
  EXPECT_THAT(fault(R"({"question": "a", "answer": "b", "id": 1})"),
              AllOf(HasSubstr(kWhere), HasSubstr("question, answer, id"),
                    HasSubstr("data/fields: {prompt: question, completion: answer}")));
  EXPECT_THAT(fault("{}"), HasSubstr("nothing"));
}

TEST(Forms, AreRecognizedByTheNamesThatTheSettingsGive) {
  EXPECT_EQ(form_of(R"({"question": "a", "answer": "b"})",
                    {.fields = {{"prompt", "question"}, {"completion", "answer"}}}),
            Form::kCompletion);
  EXPECT_EQ(form_of(R"({"instruction": "a", "output": "b", "body": "c"})", {.text_key = "body"}),
            Form::kText);
  EXPECT_EQ(form_of(R"({"dialog": [{"from": "user", "text": "a"}]})",
                    {.fields = {{"messages", "dialog"}, {"role", "from"}, {"content", "text"}}}),
            Form::kMessages);
}

TEST(Forms, ADocumentIsWhatItIs) {
  Forms forms({});
  EXPECT_EQ(std::get<Text>(forms.read(std::string("a {"), kWhere).content).text, "a {");
  Forms chats({.form = Form::kMessages});
  EXPECT_THAT(error_of([&] { chats.read(std::string("a {"), kWhere); }),
              AllOf(HasSubstr(kWhere), HasSubstr("plain text")));
}

TEST(Forms, TextsAndCompletionsStandAsTheyAre) {
  EXPECT_EQ(std::get<Text>(read(R"({"text": " a\n"})").content).text, " a\n");
  const Example example = read(R"({"prompt": "2+2=", "completion": "4", "more": [1]})");
  EXPECT_EQ(std::get<Completion>(example.content).prompt, "2+2=");
  EXPECT_EQ(std::get<Completion>(example.content).completion, "4");
  EXPECT_EQ(example.where, kWhere);
}

TEST(Forms, AlpacaIsAnInstruction) {
  const auto made = std::get<Instruction>(
      read(R"({"instruction": "Add.", "input": null, "output": "3"})").content);
  EXPECT_EQ(made.instruction, "Add.");
  EXPECT_EQ(made.input, "");
  EXPECT_EQ(made.output, "3");
  const auto with = std::get<Instruction>(
      read(R"({"instruction": "a", "input": "b", "output": "c"})", {.system_prompt = "Be kind."})
          .content);
  EXPECT_EQ(with.input, "b");
  EXPECT_EQ(with.system, "Be kind.");
  EXPECT_THAT(fault(R"({"instruction": "a", "output": "b", "history": [["c", "d"]]})"),
              AllOf(HasSubstr(kWhere), HasSubstr("history")));
}

TEST(Forms, AFieldThatIsMissingOrNoTextIsNamed) {
  EXPECT_THAT(fault(R"({"prompt": "a", "completion": 5})"),
              AllOf(HasSubstr("a.jsonl:7, completion"), HasSubstr("`completion`: 5")));
  EXPECT_THAT(fault(R"({"prompt": "a", "completion": null})"), HasSubstr("null"));
  EXPECT_THAT(fault(R"({"prompt": "a", "answer": "b"})", {.form = Form::kCompletion}),
              AllOf(HasSubstr("a.jsonl:7, completion"), HasSubstr("prompt, answer"),
                    HasSubstr("data/fields: {completion: …}")));
  EXPECT_THAT(fault(R"({"prompt": "a", "completion": [{"role": "user"}]})"),
              HasSubstr("a.jsonl:7, completion"));
}

TEST(Forms, FieldsThatNoFormHasAreRefused) {
  const auto fault_of = [](const FormSettings& settings) {
    return error_of([&] { Forms forms(settings); });
  };
  EXPECT_THAT(fault_of({.fields = {{"promt", "question"}}}),
              AllOf(HasSubstr("data/fields"), HasSubstr("did you mean `prompt`")));
  EXPECT_THAT(fault_of({.fields = {{"prompt", "q"}, {"completion", "q"}}}), HasSubstr("q twice"));
  EXPECT_THAT(fault_of({.fields = {{"prompt", ""}}}), HasSubstr("without a name"));
  EXPECT_THAT(fault_of({.text_key = "body", .fields = {{"text", "content"}}}),
              HasSubstr("two names"));
}

TEST(Forms, TextsHaveNoSystemTurn) {
  const FormSettings kind = {.system_prompt = "Be kind."};
  EXPECT_THAT(fault(R"({"text": "a"})", kind), HasSubstr("data/system_prompt"));
  EXPECT_THAT(fault(R"({"prompt": "a", "completion": "b"})", kind),
              HasSubstr("data/system_prompt"));
  EXPECT_THAT(error_of([] { Forms forms({.form = Form::kText, .system_prompt = "Be kind."}); }),
              HasSubstr("data/system_prompt"));
}

}  // namespace
}  // namespace twofold::forms
